/** Placeholder until services land. */
export async function checkOpenApi(_root: string): Promise<string[]> {
  return []
}
