package dev.flowdpo.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.io.Resources;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.text.ChatMessage;
import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers, special tokens and chat templates out of metadata. */
class GgufTokenizerTest {
  private static final int CONTROL = 3;
  private static final int UNUSED = 5;

  @TempDir Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("m.gguf"), bytes);
  }

  private Path resource(String name) throws IOException {
    return write(Resources.toByteArray(Resources.getResource("gguf/" + name)));
  }

  private static GgufMetadata metadata(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return file.metadata();
    }
  }

  private GgufMetadata metadata(GgufBytes file) throws IOException {
    return metadata(write(file.bytes()));
  }

  private static Tokenizer open(GgufMetadata metadata) {
    return HuggingFaceTokenizers.of(GgufTokenizer.read(metadata));
  }

  /** All bytes, some digits together, and tokens that no merges make. */
  static GgufBytes byteLevel(String cut) {
    List<String> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(b > 32 && b < 127 ? String.valueOf((char) b) : null);
    }
    // The other bytes stand behind those of Latin letters, as GPT-2 has it.
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean itself = (b > 32 && b < 127) || (b > 160 && b != 173);
      tokens.set(b, itself ? String.valueOf((char) b) : String.valueOf((char) next++));
    }
    tokens.addAll(List.of("12", "123", "1234", "abc", "<|im_start|>", "<|im_end|>", "[PAD262]"));
    int[] types = new int[tokens.size()];
    Arrays.fill(types, 1);
    types[260] = CONTROL;
    types[261] = CONTROL;
    types[262] = UNUSED;
    return new GgufBytes(3)
        .put("general.architecture", "llama")
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", cut)
        .put("tokenizer.ggml.tokens", tokens.toArray(String[]::new))
        .put("tokenizer.ggml.token_type", types)
        .put("tokenizer.ggml.merges", new String[] {"1 2", "12 3", "123 4"});
  }

  /** The ids are those of the sentencepiece library, which made the vocabulary. */
  @ParameterizedTest
  @ValueSource(strings = {"sentencepiece", "sentencepiece-no-prefix"})
  void sentencePieceGivesTheLibrarysIds(String name) throws IOException {
    List<String> rows =
        Resources.readLines(
            Resources.getResource("gguf/" + name + ".jsonl"), StandardCharsets.UTF_8);
    assertThat(rows).hasSizeGreaterThan(8);
    try (Tokenizer tokenizer = open(metadata(resource(name + ".gguf")))) {
      for (String row : rows) {
        JsonNode expected = new ObjectMapper().readTree(row);
        String text = expected.get("text").textValue();
        int[] ids = new int[expected.get("ids").size()];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = expected.get("ids").get(i).intValue();
        }
        assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
      }
      assertThat(tokenizer.specialTokens()).containsExactlyInAnyOrder("<s>", "</s>", "<|end|>");
    }
  }

  @Test
  void specialTokensAndTemplateAreThoseOfTheFile() throws IOException {
    GgufMetadata metadata = metadata(resource("sentencepiece.gguf"));
    GgufTokens tokens = GgufTokens.of(metadata);
    assertThat(tokens.begin()).contains(1);
    assertThat(tokens.addsBegin()).isTrue();
    assertThat(tokens.ends()).as("</s> by its key, <|end|> by its name").containsExactly(2, 3);
    assertThat(
            GgufPrompts.chatTemplate(metadata)
                .orElseThrow()
                .render(List.of(ChatMessage.user("Hi")), true))
        .isEqualTo("<s>Hi<|end|>");
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-2, 12345, '1234,5'",
    "smollm, 12345, '1,2,3,4,5'",
    "starcoder, 12345, '1,2,3,4,5'",
    "llama-bpe, 12345, '123,4,5'",
    "dbrx, 12345, '123,4,5'",
    "qwen2, 12345, '1,2,3,4,5'",
    "tekken, 12345, '1,2,3,4,5'",
    "gpt-4o, 12345, '123,4,5'",
    "llama-bpe, abc, abc",
    "tekken, abc, abc",
    "qwen2, abc, 'a,b,c'",
    "gpt-2, a<|im_end|>b, 'a,<|im_end|>,b'",
    "gpt-2, [PAD262], '[,P,A,D,2,6,2,]'"
  })
  void textIsCutAsTheNameSays(String cut, String text, String tokens) throws IOException {
    try (Tokenizer tokenizer = open(metadata(byteLevel(cut)))) {
      int[] expected =
          List.of(tokens.split(",")).stream()
              .mapToInt(token -> tokenizer.idOf(token).orElseThrow())
              .toArray();
      assertThat(tokenizer.encode(text)).containsExactly(expected);
      assertThat(tokenizer.decodeWithSpecialTokens(expected)).isEqualTo(text);
    }
  }

  @Test
  void tokensThatEndTurnsEndTexts() throws IOException {
    GgufBytes file =
        byteLevel("qwen2")
            .put("tokenizer.ggml.eos_token_id", 65)
            .put("tokenizer.ggml.bos_token_id", 0xFFFF_FFFF);
    GgufTokens tokens = GgufTokens.of(metadata(file));
    assertThat(tokens.ends()).containsExactly(65, 261);
    assertThat(tokens.begin()).isEmpty();
    assertThat(tokens.addsBegin()).isFalse();
    GgufMetadata beyond = metadata(byteLevel("qwen2").put("tokenizer.ggml.eot_token_id", 263));
    assertThatThrownBy(() -> GgufTokens.of(beyond))
        .hasMessageContaining(
            "key \"tokenizer.ggml.eot_token_id\": expected the id of one of the 263 tokens,"
                + " found 263");
  }

  /** Phi 3 was trained with the spaces behind its marks taken away. */
  @Test
  void spacesBelongToTheMarksOfPhi() throws IOException {
    GgufBytes file =
        new GgufBytes(3)
            .put("general.architecture", "phi3")
            .put("tokenizer.ggml.model", "llama")
            .put("tokenizer.ggml.add_space_prefix", false)
            .put("tokenizer.ggml.tokens", bytesAnd("\u2581", "a", "<|user|>"))
            .put("tokenizer.ggml.scores", new float[259])
            .put("tokenizer.ggml.token_type", typesOfBytesAnd(1, 1, CONTROL));
    try (Tokenizer tokenizer = open(metadata(file))) {
      assertThat(tokenizer.encode("a <|user|> a")).containsExactly(257, 256, 258, 257);
      assertThat(tokenizer.encode("\u00e9")).containsExactly(0xC3, 0xA9);
    }
  }

  private static String[] bytesAnd(String... tokens) {
    List<String> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add("<0x%02X>".formatted(b));
    }
    all.addAll(List.of(tokens));
    return all.toArray(String[]::new);
  }

  private static int[] typesOfBytesAnd(int... types) {
    int[] all = new int[256 + types.length];
    Arrays.fill(all, 6);
    System.arraycopy(types, 0, all, 256, types.length);
    return all;
  }

  @Test
  void whatIsNotSupportedIsRefusedByItsKey() throws IOException {
    Map<String, GgufBytes> files =
        Map.of(
            "key \"tokenizer.ggml.pre\": expected one of gpt-2, phi-2, olmo",
                byteLevel("deepseek-coder"),
            "key \"tokenizer.ggml.model\": expected gpt2 or llama, found \"bert\"",
                byteLevel("gpt-2").put("tokenizer.ggml.model", "bert"),
            "key \"tokenizer.ggml.token_type\": expected one for each of the 263 tokens, found 2",
                byteLevel("gpt-2").put("tokenizer.ggml.token_type", new int[2]),
            "key \"tokenizer.ggml.scores\": expected an array of numbers, found no such key",
                byteLevel("gpt-2").put("tokenizer.ggml.model", "llama"),
            "key \"tokenizer.ggml.tokens\": expected an array of texts, found an array of 2 INT32",
                byteLevel("gpt-2").put("tokenizer.ggml.tokens", new int[2]),
            "model.merges: expected tokens of the vocabulary",
                byteLevel("gpt-2").put("tokenizer.ggml.merges", new String[] {"x yz"}));
    for (Map.Entry<String, GgufBytes> file : files.entrySet()) {
      GgufMetadata metadata = metadata(file.getValue());
      assertThatThrownBy(() -> GgufTokenizer.read(metadata))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(folder.resolve("m.gguf").toString())
          .hasMessageContaining(file.getKey().replaceAll(".*\": |model.merges: ", ""));
    }
  }

  @Test
  void filesBesideItHaveItsName() throws IOException {
    GgufBytes file = byteLevel("gpt-2").put("tokenizer.chat_template", "{{ broken ");
    GgufMetadata metadata = metadata(file);
    assertThatThrownBy(() -> GgufPrompts.read(metadata))
        .hasMessageStartingWith(folder.resolve("m.gguf") + ": key \"tokenizer.chat_template\": ");
    Files.writeString(folder.resolve("m.chat_template.jinja"), "{{ messages[0].content }}!");
    PromptSettings settings = GgufPrompts.read(metadata);
    assertThat(settings.chatTemplate().orElseThrow().render(List.of(ChatMessage.user("Hi")), true))
        .isEqualTo("Hi!");
    Files.writeString(folder.resolve("m.flow.json"), "{\"prompt\": \"{question}\"}");
    assertThat(GgufPrompts.read(metadata).chatTemplate()).isEmpty();
    assertThat(GgufPrompts.read(metadata).flowJson()).isEqualTo(folder.resolve("m.flow.json"));
  }
}
