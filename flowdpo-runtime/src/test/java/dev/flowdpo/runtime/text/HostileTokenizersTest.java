package dev.flowdpo.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

  /** Opens what it is told to, and says whether native code was made ready for it. */
  static final class Opens {
    private Opens() {}

    public static void main(String[] files) {
      for (String file : files) {
        try (Tokenizer tokenizer = HuggingFaceTokenizers.open(Path.of(file))) {
          System.out.println("opened " + tokenizer.encode("Tom has two apples.").length);
        } catch (InvalidInputException e) {
          System.out.println("refused");
        }
      }
      try (Flow flow = Flow.builder().build()) {
        flow.solve("What is 2 + 3?");
      }
      System.out.println("native: " + System.getProperty("RUST_FLAVOR"));
    }
  }

  /** In a process of its own, as native code once loaded stays. */
  @Test
  void neitherSupportedTokenizersNorHostileOnesReachNativeCode() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", Opens.class.getName()));
    for (String json : PublishedDefinitions.all()) {
      command.add(write("sound" + command.size(), json));
    }
    for (Arguments hostile : refusesByName().toList()) {
      command.add(write("hostile" + command.size(), (String) hostile.get()[1]));
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    assertThat(lines.stream().filter(line -> line.startsWith("opened ")))
        .hasSize(PublishedDefinitions.all().size());
    assertThat(lines).contains("native: null");
  }

  private String write(String name, String json) throws IOException {
    return Files.writeString(folder.resolve(name + ".json"), json).toString();
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
