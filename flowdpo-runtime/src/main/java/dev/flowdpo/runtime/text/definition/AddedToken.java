package dev.flowdpo.runtime.text.definition;

/**
 * A token that is found in a text before the text is cut into words.
 *
 * @param id its id
 * @param content its text
 * @param wholeWord whether it is found between the ends of words only ({@code single_word})
 * @param takesSpaceBefore whether the space before it belongs to it ({@code lstrip})
 * @param takesSpaceBehind whether the space behind it belongs to it ({@code rstrip})
 * @param normalized whether it is looked for in the normalised text
 * @param special whether a decoder leaves it out
 */
public record AddedToken(
    int id,
    String content,
    boolean wholeWord,
    boolean takesSpaceBefore,
    boolean takesSpaceBehind,
    boolean normalized,
    boolean special) {
  /** {@return the token with another content} */
  public AddedToken withContent(String other) {
    return new AddedToken(
        id, other, wholeWord, takesSpaceBefore, takesSpaceBehind, normalized, special);
  }
}
