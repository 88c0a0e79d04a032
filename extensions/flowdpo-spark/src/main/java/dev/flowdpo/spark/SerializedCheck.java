package dev.flowdpo.spark;

import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

/** Tells before a job what cannot travel to executors. Stateless and thread-safe. */
final class SerializedCheck {
  private SerializedCheck() {}

  /**
   * Checks that Java can serialise a part.
   *
   * @param advice what to do where it cannot
   * @throws InvalidInputException if it cannot; names the class that is in the way
   */
  static void check(String name, Object part, String advice) {
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(part);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s: expected what can be sent to executors, found %s, which cannot: %s. %s"
              .formatted(name, part.getClass().getName(), e, advice),
          e);
    }
  }
}
