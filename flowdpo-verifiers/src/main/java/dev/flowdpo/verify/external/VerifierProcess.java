package dev.flowdpo.verify.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.Verifier;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The program at the other end of {@link ProcessVerifier#ofVerifier}: has each line judged by a
 * verifier of the class that it is given. What the verifier prints does not reach the protocol.
 */
final class VerifierProcess {
  private VerifierProcess() {}

  /**
   * Runs until the end of standard input.
   *
   * @param arguments the name of the verifier's class
   * @throws ReflectiveOperationException if the verifier cannot be made
   * @throws IOException if a line cannot be read
   */
  public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Verifier verifier =
        Class.forName(arguments[0])
            .asSubclass(Verifier.class)
            .getDeclaredConstructor()
            .newInstance();
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      answers.println(answer(verifier, line));
    }
  }

  private static String answer(Verifier verifier, String line) {
    ObjectNode answer;
    long request = -1;
    try {
      JsonNode question = VerdictJson.read(line);
      request = question.path("request").asLong(-1);
      answer = VerdictJson.of(verifier.verify(AttemptJson.read(question)));
    } catch (VerdictJson.MalformedException | RuntimeException | AssertionError e) {
      answer = VerdictJson.of(Verdict.failed("verifier failed: " + e));
    }
    return answer.put("request", request).toString();
  }
}
