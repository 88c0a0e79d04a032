package dev.flowdpo.runtime.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.NativeLibraries;
import dev.flowdpo.runtime.text.bpe.UnsupportedTokenizerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Opens {@code tokenizer.json} files with the Hugging Face tokenizers library, so that ids are
 * those that the model was trained with.
 *
 * <p>The library's native code comes out of its jar and is unpacked once into this user's own
 * folder; {@link NativeLibraries} keeps it from the network. Stateless and thread-safe.
 */
public final class HuggingFaceTokenizers {
  /** The file of the tokenizer in a model folder. */
  public static final String FILE = "tokenizer.json";

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
    return openNative(tokenizerJson);
  }

  /**
   * {@return the byte-level tokenizer in the file, run in Java} It gives the ids that {@link #open}
   * gives, but that a text with half of a surrogate pair has U+FFFD in place of the half alone.
   *
   * @param tokenizerJson the file
   * @throws UnsupportedTokenizerException if a part of the file is not among those written in Java
   * @throws InvalidInputException if the file is missing, cannot be read, or is not a tokenizer
   */
  public static Tokenizer openByteLevel(Path tokenizerJson) {
    byte[] json = read(tokenizerJson);
    TokenizerJson.check(tokenizerJson, json);
    return ByteLevelTokenizer.of(tokenizerJson, json, Vocabulary.parse(tokenizerJson, json));
  }

  private static Tokenizer openNative(Path tokenizerJson) {
    byte[] json = read(tokenizerJson);
    TokenizerJson.check(tokenizerJson, json);
    Vocabulary vocabulary = Vocabulary.parse(tokenizerJson, json);
    NativeLibraries.prepareTokenizers();
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), PLAIN), vocabulary);
    } catch (EngineException | LinkageError e) {
      throw NativeLibraries.tokenizersNotLoaded(e);
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
}
