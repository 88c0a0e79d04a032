package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.InvalidInputException;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that this library sets for the whole process, since the native libraries beneath it can be
 * told no other way. Nothing that the application has set, by system property or environment
 * variable, is changed; what is set or left is told at DEBUG. There are no shutdown hooks.
 *
 * <table>
 *   <caption>What is set before a library is first used</caption>
 *   <tr><th>Setting<th>Value<th>Why
 *   <tr><td>{@code onnxruntime.native.path}<td>a folder in {@code flowdpo.cache}<td>it would unpack
 *       24 MB into the temporary folder at every start, and leave them after a kill
 *   <tr><td>{@code RUST_LIBRARY_PATH}<td>a file in {@code flowdpo.cache}<td>the tokenizers would
 *       unpack to the user's home, unchecked
 *   <tr><td>{@code RUST_FLAVOR}<td>{@code cpu}<td>on a machine with CUDA the tokenizers would
 *       download a library
 *   <tr><td>{@code OPT_OUT_TRACKING}<td>{@code true}<td>nothing is sent anywhere
 *   <tr><td>{@code org.bytedeco.javacpp.cachedir}<td>a folder in {@code flowdpo.cache}<td>where the
 *       home cannot be written, JavaCPP would take a folder that others can make before
 *   <tr><td>{@code org.bytedeco.javacpp.maxPhysicalBytes}<td>0, no limit<td>JavaCPP, through which
 *       ND4J allocates, refuses memory once the whole process takes more than it works out from
 *       {@code -Xmx}. Most of that belongs to ONNX Runtime and to mapped weights, of which the heap
 *       says nothing, so the limit would end training on any large model
 *   <tr><td>threads of ND4J, OpenMP and OpenBLAS<td>1, or {@value #ND4J_THREADS}<td>their operations
 *       are small here, and their threads, which wait by spinning or yielding, would fight with
 *       those of ONNX Runtime for the cores; left where {@code OMP_NUM_THREADS} or {@code
 *       OPENBLAS_NUM_THREADS} is set
 * </table>
 *
 * <p>Stateless and thread-safe.
 */
final class ProcessSettings {
  /** The system property with the number of ND4J's threads. */
  static final String ND4J_THREADS = "flowdpo.nd4j.threads";

  static final String ONNX_RUNTIME_PATH = "onnxruntime.native.path";
  static final String TOKENIZERS_PATH = "RUST_LIBRARY_PATH";
  static final String TOKENIZERS_FLAVOR = "RUST_FLAVOR";
  static final String TOKENIZERS_TRACKING = "OPT_OUT_TRACKING";
  static final String JAVACPP_FOLDER = "org.bytedeco.javacpp.cachedir";
  static final String JAVACPP_MEMORY = "org.bytedeco.javacpp.maxPhysicalBytes";

  private static final Logger LOG = LoggerFactory.getLogger(ProcessSettings.class);

  private ProcessSettings() {}

  /** Returns whether the application has set it, as a property or in the environment. */
  static boolean isSet(String name) {
    return System.getProperty(name) != null || System.getenv(name) != null;
  }

  /** Sets a system property, unless the application has set it. */
  static synchronized void setDefault(String name, String value) {
    if (isSet(name)) {
      LOG.debug("Left {} as it is set", name);
    } else {
      System.setProperty(name, value);
      LOG.debug("Set {} to {}", name, value);
    }
  }

  /**
   * Returns the threads that ND4J is to use, or empty where the environment says it.
   *
   * @throws InvalidInputException if the property is not a whole number above 0
   */
  static OptionalInt nd4jThreads() {
    String chosen = System.getProperty(ND4J_THREADS);
    if (chosen == null) {
      boolean left =
          System.getenv("OMP_NUM_THREADS") != null || System.getenv("OPENBLAS_NUM_THREADS") != null;
      LOG.debug("ND4J's threads: {}", left ? "left to the environment" : "1");
      return left ? OptionalInt.empty() : OptionalInt.of(1);
    }
    try {
      int threads = Integer.parseInt(chosen.strip());
      if (threads >= 1) {
        LOG.debug("ND4J's threads: {}, as {} says", threads, ND4J_THREADS);
        return OptionalInt.of(threads);
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number that is too small.
    }
    throw new InvalidInputException(
        "system property " + ND4J_THREADS + ": expected a whole number above 0, found " + chosen);
  }
}
