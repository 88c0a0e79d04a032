package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A {@code tokenizer.json} that is made to do harm is refused by name, and what is supported is
 * run, both without native code. In a process of its own, as native code once loaded stays.
 */
class HostileTokenizersTest {
  private static final String SOUND = ByteTokenizers.SMOLLM.json();

  @TempDir Path folder;

  @AfterEach
  void nativeCodeWasNotLoaded() {
    assertThat(System.getProperty("RUST_FLAVOR")).isNull();
  }

  @Test
  void theBundledModelNeedsNoNativeTokenizer() {
    try (Flow flow = Flow.builder().build()) {
      assertThat(flow.solve("What is 2 + 3?").text()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource
  void refusesByName(String key, String json) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
    assertThatThrownBy(() -> HuggingFaceTokenizers.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(key)
        .hasMessageContaining("expected ")
        .hasMessageContaining(", found ");
  }

  static Stream<Arguments> refusesByName() {
    return Stream.of(
        expression(""),
        expression("(a*)*b"),
        expression("(?:a|a)*$"),
        expression("x*x*x*y"),
        normalizer("Replace", "'pattern':{'String':''},'content':'a'", "pattern.String"),
        normalizer("Replace", "'pattern':{'Regex':'a*'},'content':'a'", "pattern.Regex"),
        normalizer(
            "Replace", "'pattern':{'String':'a'},'content':'" + "a".repeat(1000) + "'", "content"),
        normalizer(
            "Sequence",
            "'normalizers':["
                + "{'type':'Replace','pattern':{'String':'a'},'content':'aaaa'},".repeat(3)
                + "{'type':'NFC'}]",
            "content"),
        normalizer("Sequence", "'normalizers':[" + "{'type':'NFC'},".repeat(99) + "{}]", "steps"),
        normalizer("Prepend", "'prepend':'" + "a".repeat(1000) + "'", "prepend"),
        normalizer("Prepend", "'prepend':''", "prepend"),
        normalizer("Precompiled", "'precompiled_charsmap':'/////w=='", "normalizer.type"),
        normalizer("NFKC", "'novel':1", "normalizer.type"),
        normalizer("NFC", "'novel':1", "normalizer.novel"),
        changed("model.type", "\"type\":\"BPE\"", "\"type\":\"WordPiece\""),
        changed("model.type", "\"type\":\"BPE\",", ""),
        changed("model.merges", "\"type\":\"BPE\"", "\"type\":\"WordLevel\""),
        changed("model.dropout", "\"type\":\"BPE\"", "\"type\":\"BPE\",\"dropout\":0.1"),
        changed("model.novel", "\"type\":\"BPE\"", "\"type\":\"BPE\",\"novel\":1"),
        changed(
            "model.end_of_word_suffix",
            "\"type\":\"BPE\"",
            "\"type\":\"BPE\",\"end_of_word_suffix\":\"x\""),
        changed("model.unk_token", "\"type\":\"BPE\"", "\"type\":\"BPE\",\"unk_token\":\"none\""),
        changed("model.merges", "\"a p\"", "\"a none\""),
        changed("model.merges", "\"a p\"", "\"a p p\""),
        changed("model.vocab", "\"apple\":261", "\"apple\":4294967296"),
        changed("model.vocab", "\"apple\":261", "\"apple\":-1"),
        changed("model.vocab", "\"apple\":261", "\"apple\":2097152"),
        changed("model.vocab", "\"apple\":261", "\"apple\":260"),
        changed("model.vocab", "\"apple\":261", "\"apple\":261,\"apple\":263"),
        changed("model.vocab", "\"apple\":261", "\"" + "y".repeat(2000) + "\":261"),
        changed("added_tokens.id", "\"id\":257", "\"id\":9999"),
        changed("added_tokens.id", "\"id\":257", "\"id\":256"),
        changed("added_tokens.content", "\"content\":\"<|end|>\"", "\"content\":\"\""),
        changed("added_tokens.novel", "\"id\":257", "\"id\":257,\"novel\":1"),
        Arguments.of("added_tokens", withAdded(1_000_000)),
        changed(
            "decoder.stop",
            "\"type\":\"ByteLevel\",\"add_prefix_space\":true",
            "\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":9"),
        changed(
            "post_processor.type",
            "\"post_processor\":null",
            "\"post_processor\":{\"type\":\"BertProcessing\"}"),
        changed(
            "post_processor.single",
            "\"post_processor\":null",
            "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":["
                + "{\"Sequence\":{\"id\":\"A\"}},{\"Sequence\":{\"id\":\"A\"}}]}"),
        changed("novel", "\"version\":", "\"novel\":"),
        changed("normalizer", "\"normalizer\":null", "\"normalizer\":null,\"normalizer\":null"),
        changed(
            "depth", "\"normalizer\":null", "\"normalizer\":" + "[".repeat(500) + "]".repeat(500)),
        changed(
            "too many", "\"normalizer\":null", "\"normalizer\":[" + "1,".repeat(20_000) + "1]"));
  }

  private static Arguments changed(String key, String sound, String changed) {
    assertThat(SOUND).contains(sound);
    return Arguments.of(key, SOUND.replace(sound, changed));
  }

  private static Arguments normalizer(String type, String fields, String key) {
    String part = "{'type':'" + type + "'," + fields + "}";
    return changed(key, "\"normalizer\":null", "\"normalizer\":" + part.replace('\'', '"'));
  }

  private static Arguments expression(String expression) {
    return changed(
        "pre_tokenizer.pattern.Regex",
        "{\"type\":\"Digits\",\"individual_digits\":true}",
        "{\"type\":\"Split\",\"behavior\":\"Isolated\",\"invert\":false,\"pattern\":{\"Regex\":\""
            + expression
            + "\"}}");
  }

  private static String withAdded(int count) {
    String tokens =
        IntStream.range(0, count)
            .mapToObj(i -> "{\"id\":" + (264 + i) + ",\"content\":\"<" + i + ">\"}")
            .collect(Collectors.joining(","));
    return SOUND.replaceFirst("\"added_tokens\":\\[", "\"added_tokens\":[" + tokens + ",");
  }
}
