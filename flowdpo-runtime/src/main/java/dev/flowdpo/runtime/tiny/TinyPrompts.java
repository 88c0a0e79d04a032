package dev.flowdpo.runtime.tiny;

/**
 * The texts the bundled model is pre-trained with. A question, its solution and the stop question
 * are encoded one by one and their token ids joined; each begins at a token boundary.
 */
public final class TinyPrompts {
  /** What stands in {@link #PROMPT} for the question. */
  public static final String QUESTION_PLACEHOLDER = "{question}";

  /** The prompt; the solution follows. */
  public static final String PROMPT = "Question: " + QUESTION_PLACEHOLDER + "\nSolution:\n";

  /** What is appended to a partial answer to ask whether it is finished. */
  public static final String STOP_QUESTION = "\nFinished?";

  /** The answer to {@link #STOP_QUESTION} that stops. */
  public static final String YES = " Yes";

  /** The answer to {@link #STOP_QUESTION} that goes on. */
  public static final String NO = " No";

  private TinyPrompts() {}

  /**
   * Returns the prompt for a question.
   *
   * @param question the question's text
   * @return the prompt's text
   */
  public static String prompt(String question) {
    return PROMPT.replace(QUESTION_PLACEHOLDER, question);
  }
}
