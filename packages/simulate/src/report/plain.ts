/** Control characters, those that turn the direction of writing, halves of characters, and separators of lines. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/gu

/** A text from a log or a document, made safe to stand on a page or a terminal: it can steer neither. */
export function plain(text: string): string {
  return text.replace(UNSAFE, '·')
}
