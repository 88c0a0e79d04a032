package dev.flowdpo.runtime.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A worked solution that ends in a line {@code #### N}, as GSM8K's do. Immutable. */
record GsmAnswer(String answer, String solution) {
  private static final Pattern MARKED = Pattern.compile("####[ \\t]*(\\S[^\\n]*?)\\s*\\z");
  private static final Pattern THOUSANDS = Pattern.compile("-?\\d{1,3}(,\\d{3})+(\\.\\d+)?");

  static boolean isMarked(String text) {
    return MARKED.matcher(text).find();
  }

  /** Returns the parts; a text without the mark is the answer, and there is no solution. */
  static GsmAnswer of(String text) {
    Matcher marked = MARKED.matcher(text);
    return marked.find()
        ? new GsmAnswer(withoutThousandsCommas(marked.group(1)), text)
        : new GsmAnswer(text, "");
  }

  private static String withoutThousandsCommas(String answer) {
    return THOUSANDS.matcher(answer).matches() ? answer.replace(",", "") : answer;
  }
}
