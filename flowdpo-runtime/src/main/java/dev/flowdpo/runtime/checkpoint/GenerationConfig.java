package dev.flowdpo.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.internal.JsonObjectFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code generation_config.json} of a model folder says of how the model is decoded. Immutable
 * and thread-safe.
 *
 * @param endOfSequenceIds the tokens that end a text; may be empty
 * @param sampling how tokens are drawn, where the model's makers ask for drawing ({@code do_sample}
 *     is true): {@code temperature} (1 where it is absent), {@code top_k} (50 where it is absent,
 *     as in Hugging Face; 0 for no cut) and {@code top_p} (1 where it is absent)
 */
public record GenerationConfig(List<Integer> endOfSequenceIds, Optional<SamplingOptions> sampling) {
  /** The file in a model folder. */
  public static final String FILE = "generation_config.json";

  private static final String END_IDS = "eos_token_id";
  private static final int USUAL_TOP_K = 50;

  /** Copies the list. */
  public GenerationConfig {
    endOfSequenceIds = ImmutableList.copyOf(endOfSequenceIds);
  }

  /**
   * {@return what the folder's file says; no ids and no sampling where there is no such file}
   *
   * @param folder the model folder
   * @throws InvalidInputException if the file is malformed or a value is out of range
   */
  public static GenerationConfig read(Path folder) {
    return readFile(folder.resolve(FILE));
  }

  private static GenerationConfig readFile(Path file) {
    if (!Files.exists(file)) {
      return new GenerationConfig(List.of(), Optional.empty());
    }
    JsonObjectFile json = JsonObjectFile.read(file);
    try {
      return new GenerationConfig(endOfSequenceIds(json), sampling(json));
    } catch (InvalidInputException e) {
      throw json.inFile(e);
    }
  }

  /**
   * {@return the ids, and then those of the file that are not among them}
   *
   * @param ids the ids of {@code config.json}
   * @param file the file, which may be missing
   * @param vocabularySize the number of tokens of the model
   * @throws InvalidInputException if the file is malformed or has an id that the model has not
   */
  static List<Integer> withEnds(List<Integer> ids, Path file, int vocabularySize) {
    Set<Integer> all = new LinkedHashSet<>(ids);
    for (int id : readFile(file).endOfSequenceIds()) {
      if (id >= vocabularySize) {
        throw new InvalidInputException(
            file
                + ": key \""
                + END_IDS
                + "\": expected ids below the vocabulary size "
                + vocabularySize
                + ", found "
                + id);
      }
      all.add(id);
    }
    return List.copyOf(all);
  }

  private static List<Integer> endOfSequenceIds(JsonObjectFile json) {
    Optional<JsonNode> given = json.find(END_IDS);
    ImmutableList.Builder<Integer> ids = ImmutableList.builder();
    if (given.isPresent()) {
      for (JsonNode id : given.get().isArray() ? given.get() : List.of(given.get())) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
          throw json.wrong(END_IDS, "a token id or a list of token ids", given.get());
        }
        ids.add(id.intValue());
      }
    }
    return ids.build();
  }

  private static Optional<SamplingOptions> sampling(JsonObjectFile json) {
    if (!json.flag("do_sample", false)) {
      return Optional.empty();
    }
    return Optional.of(
        SamplingOptions.builder()
            .temperature(json.number("temperature", 0, 1))
            .topK(json.integer("top_k", 0, USUAL_TOP_K))
            .topP(json.number("top_p", 0, 1))
            .build());
  }
}
