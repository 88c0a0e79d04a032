package dev.flowdpo.verify.external;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program at the other end of the tests of {@link ProcessVerifier}: does what each solution
 * tells it to. Plain Java without a library, so that it starts fast.
 */
final class Grader {
  private static final Pattern REQUEST = Pattern.compile("\"request\":(\\d+)");
  private static final Pattern SOLUTION = Pattern.compile("\"solution\":\"([^\"]*)\"");

  private Grader() {}

  /** Answers until the end of standard input. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int answered = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      answer(find(REQUEST, line), find(SOLUTION, line), answered++);
    }
  }

  private static void answer(String request, String order, int answered)
      throws IOException, InterruptedException {
    String good = "{\"request\":" + request + ",\"reward\":0.25,\"reason\":\"" + answered + "\"}";
    switch (order) {
      case "silent" -> Thread.sleep(600_000);
      case "slow" -> Thread.sleep(300);
      case "child" -> child();
      case "exit" -> {
        System.err.println("ValueError: out of paper");
        System.err.println("  at line 3");
        System.exit(7);
      }
      case "flood" -> flood(System.out);
      case "flood-stderr" -> System.err.print("x".repeat(1 << 20));
      case "partial" -> {
        System.out.print(good.substring(0, 10));
        System.out.flush();
        System.exit(0);
      }
      case "half" -> {
        System.out.print(good.substring(0, 10));
        System.out.flush();
        Thread.sleep(50);
        System.out.print(good.substring(10) + "\n");
        return;
      }
      case "twice" -> good = good + "\n" + good;
      case "other" -> good = good.replace(":" + request, ":9999");
      case "no-json" -> good = "Traceback (most recent call last):";
      case "no-reward" -> good = "{\"request\":" + request + "}";
      case "large" -> good = good.replace("0.25", "1.5");
      case "text" -> good = good.replace("0.25", "\"high\"");
      case "null" -> good = good.replace("0.25", "null");
      case "true" -> good = "{\"request\":" + request + ",\"correct\":true}";
      default -> {}
    }
    System.out.println(good);
    System.out.flush();
  }

  private static void flood(java.io.PrintStream out) {
    while (!out.checkError()) {
      out.print("more ".repeat(1000));
    }
  }

  /** Starts a process that outlives this one unless somebody ends it, and hangs. */
  private static void child() throws IOException, InterruptedException {
    new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xmx32m",
            "-Dgrader=" + System.getProperty("grader"),
            "-cp",
            System.getProperty("java.class.path"),
            Sleeper.class.getName())
        .start()
        .waitFor();
  }

  /** The process that {@link #child} starts. */
  static final class Sleeper {
    private Sleeper() {}

    /** Sleeps. */
    public static void main(String[] arguments) throws InterruptedException {
      Thread.sleep(600_000);
    }
  }

  private static String find(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }
}
