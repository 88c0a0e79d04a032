package dev.flowdpo.runtime.text.bpe;

/** Cuts text into pieces, one after the other, each in time proportional to its length. */
@FunctionalInterface
interface Words {
  /**
   * {@return where the piece that begins at {@code start} ends}
   *
   * @param text a text of whole characters
   * @param start where the piece begins, less than {@code end}
   * @param end where the text ends; nothing behind it is looked at
   */
  int end(String text, int start, int end);
}
