package dev.flowdpo.runtime.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.NativeLibraries;
import dev.flowdpo.runtime.text.bpe.BytePairEncoder;
import dev.flowdpo.runtime.text.definition.DefinitionReader;
import dev.flowdpo.runtime.text.definition.DefinitionWriter;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens {@code tokenizer.json} files, so that ids are those that the model was trained with.
 *
 * <p>A file is read in one pass and checked against a schema of what is supported. Byte-pair
 * tokenizers of published families run in Java; for others the Hugging Face tokenizers library is
 * loaded, which is given what was checked and nothing else. Its native code comes out of its jar
 * and is unpacked once into this user's own folder; {@link NativeLibraries} keeps it from the
 * network. Stateless and thread-safe.
 */
public final class HuggingFaceTokenizers {
  /** The file of the tokenizer in a model folder. */
  public static final String FILE = "tokenizer.json";

  private static final Logger LOG = LoggerFactory.getLogger(HuggingFaceTokenizers.class);
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
   * @throws InvalidInputException if the file is missing, cannot be read, is not a tokenizer, or
   *     has a part that is not supported, which the message names
   * @throws FlowException if the native library is needed and cannot be loaded on this machine
   */
  public static Tokenizer open(Path tokenizerJson) {
    return of(definition(tokenizerJson));
  }

  /**
   * {@return the tokenizer of a definition}
   *
   * @param definition the definition
   * @throws FlowException as {@link #open} does
   */
  public static Tokenizer of(TokenizerDefinition definition) {
    Optional<BytePairEncoder> encoder = BytePairEncoder.of(definition);
    if (encoder.isEmpty()) {
      LOG.debug("{}: run by the native library", definition.file());
      return openNative(definition);
    }
    return new HeapTokenizer(encoder.get(), Vocabulary.of(definition));
  }

  /**
   * {@return the tokenizer in the file, run by the native library whatever it is} For comparisons:
   * {@link #open} gives the same ids.
   *
   * @param tokenizerJson the file
   * @throws InvalidInputException as {@link #open} does
   * @throws FlowException if the native library cannot be loaded on this machine
   */
  public static Tokenizer openNative(Path tokenizerJson) {
    return openNative(definition(tokenizerJson));
  }

  private static Tokenizer openNative(TokenizerDefinition definition) {
    byte[] json = DefinitionWriter.write(definition);
    NativeLibraries.prepareTokenizers();
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), PLAIN),
          Vocabulary.of(definition));
    } catch (EngineException | LinkageError e) {
      throw NativeLibraries.tokenizersNotLoaded(e);
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          definition.file()
              + ": expected a tokenizer of the Hugging Face tokenizers library, found: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * {@return what the file says of the tokenizer}
   *
   * @param file the file
   * @throws InvalidInputException as {@link #open} does
   */
  public static TokenizerDefinition definition(Path file) {
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
      return DefinitionReader.read(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e, e);
    }
  }
}
