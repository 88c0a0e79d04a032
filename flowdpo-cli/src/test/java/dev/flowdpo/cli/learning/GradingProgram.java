package dev.flowdpo.cli.learning;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program for {@code --verifier-command} that misbehaves once in each way it can, and grades by
 * the marked answer otherwise.
 */
final class GradingProgram {
  private static final Pattern REQUEST = Pattern.compile("\"request\":(\\d+)");
  private static final Pattern ANSWER = Pattern.compile("\"answer\":\"([^\"]*)\"");
  private static final Pattern FOUND = Pattern.compile("#### (\\d+)\"");

  private GradingProgram() {}

  /**
   * Grades until the end of its input.
   *
   * @param arguments which requests to hang at, crash at and flood at; 0 for none
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String request = find(REQUEST, line);
      if (request.equals(arguments[0])) {
        Thread.sleep(600_000);
      }
      if (request.equals(arguments[1])) {
        throw new IllegalStateException("no grades today");
      }
      while (request.equals(arguments[2])) {
        System.out.print("more and more and more and more and more and more and more and more");
        System.err.println("and here too, and here too, and here too, and here too, and here too");
      }
      boolean correct = find(FOUND, line).equals(find(ANSWER, line));
      System.out.println("{\"request\":" + request + ",\"correct\":" + correct + "}");
    }
  }

  private static String find(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }
}
