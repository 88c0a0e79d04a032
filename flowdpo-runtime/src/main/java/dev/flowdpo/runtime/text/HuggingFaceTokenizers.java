package dev.flowdpo.runtime.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.NativePlatform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Opens {@code tokenizer.json} files with the Hugging Face tokenizers library, so that ids are
 * those that the model was trained with.
 *
 * <p>The library's native code comes out of its jar and is unpacked into the folder {@code .djl.ai}
 * of the user's home at the first use. To keep it from the network, the system properties {@code
 * RUST_FLAVOR=cpu} and {@code OPT_OUT_TRACKING=true} are set before that; without them it would
 * download a library on a machine with CUDA. Stateless and thread-safe.
 */
public final class HuggingFaceTokenizers {
  /** The file of the tokenizer in a model folder. */
  public static final String FILE = "tokenizer.json";

  private static final String FLAVOR = "RUST_FLAVOR";
  private static final String CPU = "cpu";
  private static final long MAX_BYTES = 256L << 20;

  /** Ids exactly as the text gives them: nothing added, nothing cut off, nothing padded. */
  private static final Map<String, String> PLAIN =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private HuggingFaceTokenizers() {}

  /**
   * {@return the tokenizer in the file} Truncation, padding and special tokens that the file asks
   * for are off.
   *
   * @param tokenizerJson the file
   * @throws InvalidInputException if the file is missing, cannot be read, or is not a tokenizer
   * @throws FlowException if the native library cannot be loaded on this machine
   */
  public static Tokenizer open(Path tokenizerJson) {
    byte[] json = read(tokenizerJson);
    TokenizerJson.check(tokenizerJson, json);
    Vocabulary vocabulary = Vocabulary.parse(tokenizerJson, json);
    NativePlatform.current().requireSolving();
    stayOffTheNetwork();
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), PLAIN), vocabulary);
    } catch (EngineException | LinkageError e) {
      throw new FlowException(
          "The native library of the tokenizers cannot be loaded on "
              + NativePlatform.current().name()
              + ", though it is there: on Linux it expects glibc 2.34 or later and libstdc++. Found: "
              + e,
          e);
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          tokenizerJson
              + ": expected a tokenizer of the Hugging Face tokenizers library, found: "
              + e.getMessage(),
          e);
    }
  }

  private static byte[] read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          file + ": no such file; expected a tokenizer of the Hugging Face tokenizers library");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new InvalidInputException(
            file + ": expected a tokenizer of at most " + MAX_BYTES + " bytes, found " + size);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }

  private static void stayOffTheNetwork() {
    // An environment variable would win over the property.
    String flavor = System.getenv(FLAVOR);
    if (flavor != null && !flavor.equals(CPU)) {
      throw new FlowException(
          "environment variable "
              + FLAVOR
              + ": expected "
              + CPU
              + " or none, found "
              + flavor
              + "; unset it, as any other value downloads a library");
    }
    System.setProperty(FLAVOR, CPU);
    System.setProperty("OPT_OUT_TRACKING", "true");
  }
}
