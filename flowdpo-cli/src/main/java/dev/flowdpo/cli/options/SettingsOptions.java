package dev.flowdpo.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flowdpo.cli.output.JsonText;
import dev.flowdpo.cli.run.RunFiles;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.data.DurableFile;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * The file of a run's settings: every option of its command that decides what comes of it, by its
 * name without dashes. What a command's options are is said once, by the options themselves. Not
 * thread-safe.
 */
public final class SettingsOptions {
  private static final String OPTION = "--settings";

  /** The key of the command that the settings are of. */
  private static final String COMMAND = "command";

  /** Options that say where a run goes and what is shown of it. */
  private static final Set<String> NOT_OF_THE_RUN =
      Set.of(
          OPTION,
          "--out",
          "--resume",
          "--overwrite",
          "--report-only",
          "--json",
          "--progress",
          "--help",
          "--version");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec command;

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description =
          "Take the settings of this file, such as the "
              + RunFiles.SETTINGS
              + " of another run; what the command line says goes before it.")
  private Optional<Path> file = Optional.empty();

  /**
   * Writes the settings of this run, so that another can be made of them.
   *
   * @param resolved values that take the place of what was given or not
   */
  public void write(Path target, Map<String, Object> resolved) {
    String lines =
        values(resolved).entrySet().stream()
            .map(
                setting ->
                    JsonText.line(setting.getKey()) + ": " + JsonText.line(setting.getValue()))
            .collect(Collectors.joining(",\n  ", "{\n  ", "\n}\n"));
    DurableFile.replace(target, lines);
  }

  private Map<String, Object> values(Map<String, Object> resolved) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(COMMAND, name(command));
    ParseResult parsed = command.commandLine().getParseResult();
    for (OptionSpec option : ofTheRun(command)) {
      String key = key(option);
      if (resolved.containsKey(key)) {
        continue;
      }
      if (isFlag(option)) {
        values.put(key, parsed.hasMatchedOption(option));
      } else if (parsed.hasMatchedOption(option)) {
        values.put(key, json(String.join(",", option.originalStringValues())));
      } else if (option.defaultValue() != null) {
        values.put(key, json(option.defaultValue()));
      }
    }
    values.putAll(resolved);
    return values;
  }

  /** Numbers are numbers in the file, too. */
  private static Object json(String text) {
    try {
      return text.matches("-?(0|[1-9]\\d*)") ? Long.valueOf(text) : new BigDecimal(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }

  /**
   * Runs what was parsed: with the settings of the file, where one was given.
   *
   * @throws ParameterException if the file is none of the command's settings
   */
  public static int execute(ParseResult result) {
    ParseResult last = result;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    Optional<Path> file = file(last);
    if (file.isEmpty() || last.isUsageHelpRequested()) {
      return new CommandLine.RunLast().execute(result);
    }
    CommandSpec spec = last.commandSpec();
    List<String> words = new ArrayList<>(withoutFile(result.originalArgs()));
    words.addAll(expanded(file.get(), last));
    return spec.root().commandLine().execute(words.toArray(String[]::new));
  }

  private static Optional<Path> file(ParseResult parsed) {
    return parsed.commandSpec().mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(SettingsOptions.class::isInstance)
        .flatMap(mixin -> ((SettingsOptions) mixin).file.stream())
        .findFirst();
  }

  private static List<String> withoutFile(List<String> words) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals(OPTION)) {
        i++;
      } else if (!words.get(i).startsWith(OPTION + "=")) {
        kept.add(words.get(i));
      }
    }
    return kept;
  }

  /** Returns the file's settings as words of the command line, but for those that it has. */
  private static List<String> expanded(Path file, ParseResult parsed) {
    CommandSpec spec = parsed.commandSpec();
    Map<String, OptionSpec> known = new LinkedHashMap<>();
    ofTheRun(spec).forEach(option -> known.put(key(option), option));
    List<String> words = new ArrayList<>();
    JsonNode settings = settings(file, spec);
    settings
        .properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              JsonNode value = entry.getValue();
              if (key.equals(COMMAND)) {
                refuseUnless(value.asText().equals(name(spec)), spec, file, key, name(spec), value);
                return;
              }
              OptionSpec option = known.get(key);
              if (option == null) {
                throw refused(
                    spec,
                    file,
                    key,
                    "a setting of " + name(spec) + ", which are " + known.keySet());
              }
              boolean flag = isFlag(option);
              refuseUnless(
                  flag ? value.isBoolean() : value.isValueNode() && !value.isNull(),
                  spec,
                  file,
                  key,
                  flag ? "true or false" : "a text, a number, true or false",
                  value);
              if (parsed.hasMatchedOption(option)) {
                return;
              }
              if (!flag) {
                words.add("--" + key + "=" + value.asText());
              } else if (value.booleanValue()) {
                words.add("--" + key);
              }
            });
    return words;
  }

  private static JsonNode settings(Path file, CommandSpec spec) {
    try {
      return JsonText.object(file.toString(), JsonText.read(file));
    } catch (InvalidInputException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static void refuseUnless(
      boolean fits, CommandSpec spec, Path file, String key, String expected, JsonNode found) {
    if (!fits) {
      throw refused(spec, file, key, expected + ", found " + JsonText.shown(found));
    }
  }

  private static ParameterException refused(
      CommandSpec spec, Path file, String key, String expected) {
    return new ParameterException(
        spec.commandLine(), "%s: \"%s\": expected %s".formatted(file, key, expected));
  }

  private static List<OptionSpec> ofTheRun(CommandSpec spec) {
    return spec.options().stream()
        .filter(option -> Arrays.stream(option.names()).noneMatch(NOT_OF_THE_RUN::contains))
        .toList();
  }

  private static boolean isFlag(OptionSpec option) {
    return option.arity().max() == 0;
  }

  private static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^--", "");
  }

  private static String name(CommandSpec spec) {
    return spec.qualifiedName().replaceFirst("^flowdpo ", "");
  }
}
