package dev.flowdpo.benchmarks.fuzz;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.CheckpointContents;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import dev.flowdpo.runtime.data.Dataset;
import dev.flowdpo.runtime.data.MessagesFile;
import dev.flowdpo.runtime.data.PreferenceFile;
import dev.flowdpo.runtime.data.TraceFile;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.ChatMessage;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.ModelChatTemplate;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import dev.flowdpo.verify.math.MathAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The readers of untrusted bytes, each with what may come of it: it is read, or refused with an
 * {@link InvalidInputException}. Everything else that is thrown is a finding, as are a hang and
 * memory that grows, which the fuzzer watches. Not thread-safe.
 */
enum FuzzTarget {
  /** A file of weights, with all its tensors. */
  SAFETENSORS("model.safetensors") {
    @Override
    void read(Path file) {
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        tensors.tensors().keySet().forEach(tensors::read);
      }
    }
  },
  /** A GGUF file: weights, configuration, tokenizer and chat template in one. */
  GGUF("model.gguf") {
    @Override
    void read(Path file) {
      ModelSource model = ModelSource.of(file);
      refusable(model::config);
      refusable(() -> model.promptSettings());
      refusable(() -> encode(model.tokenizer()));
      try (Checkpoint checkpoint = model.open()) {
        CheckpointContents.of(checkpoint)
            .tensors()
            .forEach(tensor -> checkpoint.weight(tensor.name()));
      }
    }
  },
  /** A tokenizer, with a text encoded and decoded. */
  TOKENIZER(HuggingFaceTokenizers.FILE) {
    @Override
    void read(Path file) {
      encode(HuggingFaceTokenizers.open(file));
    }
  },
  /** A chat template, rendered for two turns. */
  TEMPLATE(ModelChatTemplate.FILE) {
    @Override
    void read(Path file) {
      ModelChatTemplate.of(text(file), Map.of("bos_token", "<s>", "eos_token", "</s>"))
          .render(
              List.of(
                  new ChatMessage("system", "You solve <b>problems</b>."),
                  new ChatMessage("user", "What is 2 + 3? {{ bos_token }}")),
              true);
    }
  },
  /** A flow's prompts and settings. */
  FLOW(FlowTemplates.FILE) {
    @Override
    void read(Path file) {
      FlowTemplates.read(parent(file)).toJson();
    }
  },
  /** An adapter's configuration, beside sound weights. */
  PEFT(PeftAdapters.CONFIG_FILE) {
    @Override
    void read(Path file) {
      PeftAdapters.read(parent(file), SoundModel.get().config());
    }
  },
  /** A model's configuration. */
  CONFIG("config.json") {
    @Override
    void read(Path file) {
      ModelConfig.read(file);
    }
  },
  /** Problems, pairs, traces and conversations by lines. */
  LINES("lines.jsonl") {
    @Override
    void read(Path file) {
      refusable(() -> Dataset.open(file).toList());
      refusable(() -> Dataset.gsm8k(file).toList());
      refusable(() -> Dataset.math(file).toList());
      refusable(() -> PreferenceFile.of(file, SoundModel.get().tokens()).readAll());
      refusable(() -> TraceFile.of(file, SoundModel.get().tokens()).readAll());
      MessagesFile.of(file, SoundModel.get().tokens()).readAll();
    }
  },
  /** Two answers of mathematics, compared both ways. */
  MATH("answers.txt") {
    @Override
    void read(Path file) {
      String text = text(file);
      int end = text.indexOf('\n');
      String one = end < 0 ? text : text.substring(0, end);
      String other = text.substring(end + 1);
      MathAnswer answer = MathAnswer.of(one);
      MathAnswer known = MathAnswer.of(other);
      if (answer.compare(known).outcome() != known.compare(answer).outcome()) {
        throw new IllegalStateException("another outcome the other way");
      }
      if (!other.isBlank()) {
        new MathAnswerVerifier().verify(Problem.of("What is it?", other), "\\boxed{" + one + "}");
      }
    }
  };

  private final String fileName;

  FuzzTarget(String fileName) {
    this.fileName = fileName;
  }

  /**
   * Reads these bytes, or refuses them.
   *
   * @throws RuntimeException that is no refusal, which is a finding
   */
  final void read(byte[] input) {
    Path file = SoundModel.get().folder(name()).resolve(fileName);
    try {
      Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    refusable(() -> read(file));
  }

  /** Reads the file, however the target does it. */
  abstract void read(Path file);

  private static void encode(Tokenizer opened) {
    try (Tokenizer tokenizer = opened) {
      tokenizer.decode(tokenizer.encode("Tom has 12 apples,\n  café \uD83C\uDF4E <s> a  b ab"));
    }
  }

  private static void refusable(Runnable reader) {
    try {
      reader.run();
    } catch (InvalidInputException e) {
      if (e.getMessage() == null || e.getMessage().isBlank()) {
        throw new IllegalStateException("a refusal without a word", e);
      }
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "parent");
  }
}
