import t from 'tap'
import type { TSchema } from 'typebox'
import { LimitsDocument } from '../src/limits-schema.ts'
import { ManifestDocument } from '../src/manifest-schema.ts'
import { limitsRules } from '../src/rules/limits/index.ts'
import { manifestRules } from '../src/rules/manifest/index.ts'
import { SHAPE_RULES } from '../src/shape.ts'
import { validateLimits } from '../src/validate-limits.ts'
import { validateManifest } from '../src/validate-manifest.ts'
import { type Broken, brokenLimits, brokenManifests } from './broken.ts'
import { richLimits, validLimits, validManifest } from './valid.ts'

type Validate = (document: unknown) => ReturnType<typeof validateLimits> | ReturnType<typeof validateManifest>

function eachBreaksOneRule(title: string, validate: Validate, documents: readonly Broken[]) {
  t.test(title, async (t) => {
    for (const { rule, pointer, document } of documents) {
      const verdict = validate(document)
      const problems = verdict.ok ? [] : verdict.problems
      const told = problems.map((problem) => `${problem.rule} at ${problem.pointer}`)
      t.same(told, [`${rule} at ${pointer}`], JSON.stringify(document))
      const [problem] = problems
      t.match(problem?.message, /: .{3,}/, 'the message says what is wrong and how to mend it')
      t.notMatch(problem?.message, /undefined|\[object/)
      t.ok((problem?.message.length ?? 0) < 250)
    }
  })
}

eachBreaksOneRule(
  'each broken limits.json breaks the one rule it was written for',
  validateLimits,
  brokenLimits,
)
eachBreaksOneRule(
  'each broken gateway.json breaks the one rule it was written for',
  validateManifest,
  brokenManifests,
)

/** The rules named at the nodes of a schema, and the nodes that restrict a value without naming one. */
function rulesIn(schema: TSchema): { rules: string[]; nameless: string[] } {
  const rules: string[] = []
  const nameless: string[] = []
  const visit = (node: Record<string, unknown>, place: string): void => {
    const restricts = ['minimum', 'maximum', 'pattern', 'enum', 'minItems', 'minLength', 'minProperties']
    if (restricts.some((keyword) => keyword in node)) {
      if (typeof node.rule === 'string' && typeof node.mend === 'string') rules.push(node.rule)
      else nameless.push(place)
    }
    if (typeof node.rule === 'string') rules.push(node.rule)
    for (const [key, child] of Object.entries(node)) {
      if (typeof child === 'object' && child !== null)
        visit(child as Record<string, unknown>, `${place}/${key}`)
    }
  }
  visit(schema as Record<string, unknown>, '#')
  return { rules, nameless }
}

for (const [title, schema, rules, documents] of [
  ['limits.json', LimitsDocument, limitsRules, brokenLimits],
  ['gateway.json', ManifestDocument, manifestRules, brokenManifests],
] as const) {
  t.test(`every rule of ${title} has a document that breaks it`, async (t) => {
    const { rules: fromSchema, nameless } = rulesIn(schema)
    t.same(nameless, [], 'every restriction in the schema names its rule')
    const all = new Set([...SHAPE_RULES, ...fromSchema, ...rules.map(({ name }) => name)])
    t.same([...new Set(documents.map(({ rule }) => rule))].sort(), [...all].sort())
  })
}

t.test('the documents the broken ones are made from are valid', async (t) => {
  t.ok(validateLimits(validLimits()).ok)
  t.ok(validateLimits(richLimits()).ok)
  t.ok(validateManifest(validManifest()).ok)
})
