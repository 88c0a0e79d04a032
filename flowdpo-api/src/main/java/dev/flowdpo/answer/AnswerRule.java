package dev.flowdpo.answer;

/** By which mark a final answer was found in the text of a solution. */
public enum AnswerRule {
  /** After {@code ####}, as GSM8K marks its answers. */
  HASH_MARK("####"),
  /**
   * In {@code \boxed{…}} or {@code \fbox{…}}; several boxes in a row are a list, also where each
   * counts something: {@code \boxed{3} apples and \boxed{5} pears}.
   */
  BOX("boxed"),
  /** After "final answer is" or "final answer:". */
  FINAL_ANSWER("final answer"),
  /** After "answer is", "answer:" or "A:" at the start of a line. */
  ANSWER_PHRASE("answer phrase"),
  /** The last formula of a text without any mark. */
  LAST_FORMULA("last formula"),
  /** The whole text, which is nothing but an answer. */
  WHOLE_TEXT("whole text"),
  /** The last number of a text without any mark. */
  LAST_NUMBER("last number");

  private final String label;

  AnswerRule(String label) {
    this.label = label;
  }

  /** {@return the rule's name for reports: lower-case words that do not change between releases} */
  public String label() {
    return label;
  }
}
