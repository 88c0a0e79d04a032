package dev.flowdpo.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command's manual page in Markdown, made of the same texts as its {@code --help}.
 *
 * @param command the command
 */
record CommandPage(CommandSpec command) {

  /** Returns the pages of a command line's commands and of their own commands, without help. */
  static List<CommandPage> of(CommandLine root) {
    List<CommandPage> pages = new ArrayList<>();
    root.getSubcommands().values().stream()
        .distinct()
        .filter(each -> !each.getCommandName().equals("help"))
        .forEach(
            each -> {
              pages.add(new CommandPage(each.getCommandSpec()));
              pages.addAll(of(each));
            });
    return pages;
  }

  /** Returns the list of all pages. */
  static String index(List<CommandPage> pages) {
    return "# Commands\n\n"
        + "Each page holds what `flowdpo COMMAND --help` says. Exit codes: 0 done, 1 failed, 2 bad"
        + " usage or bad input.\n\n"
        + "| Command | What it does |\n|---|---|\n"
        + pages.stream().map(CommandPage::row).collect(Collectors.joining());
  }

  private String row() {
    return "| [`%s`](%s) | %s |\n".formatted(title(), fileName(), text(summary()));
  }

  /** Returns the name of the page's file, such as {@code experiment-online.md}. */
  String fileName() {
    return title().replace(' ', '-') + ".md";
  }

  /** Returns the whole page. */
  String text() {
    StringBuilder page = new StringBuilder("# flowdpo ").append(title()).append("\n\n");
    for (String paragraph : command.usageMessage().description()) {
      page.append(text(paragraph)).append("\n\n");
    }
    page.append("```\n").append(synopsis()).append("```\n");
    section(page, "Commands", command.subcommands().values().stream().map(this::link).toList());
    section(
        page, "Arguments", command.positionalParameters().stream().map(this::argument).toList());
    section(
        page,
        "Options",
        command.options().stream()
            .filter(option -> !option.hidden())
            .sorted(
                Comparator.comparing((OptionSpec option) -> !option.required())
                    .thenComparing(OptionSpec::longestName))
            .map(this::option)
            .toList());
    return page.toString();
  }

  private static void section(StringBuilder page, String title, List<String> items) {
    if (!items.isEmpty()) {
      page.append("\n## ").append(title).append("\n\n");
      items.forEach(item -> page.append("* ").append(item).append('\n'));
    }
  }

  private String title() {
    return command.qualifiedName().replaceFirst("^flowdpo ", "");
  }

  /** Returns the first sentence of the description. */
  private String summary() {
    String first = command.usageMessage().description()[0];
    int end = first.indexOf(". ");
    return end < 0 ? first : first.substring(0, end + 1);
  }

  private String synopsis() {
    return new CommandLine.Help(command, CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .synopsis(0)
        .replaceAll("\\R", "\n");
  }

  private String link(CommandLine subcommand) {
    CommandPage page = new CommandPage(subcommand.getCommandSpec());
    return "[`%s`](%s): %s"
        .formatted(subcommand.getCommandName(), page.fileName(), text(page.summary()));
  }

  private String option(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    return "`%s%s`%s: %s"
        .formatted(
            String.join("`, `", option.names()),
            value,
            option.required() ? " (required)" : "",
            description(option));
  }

  private String argument(PositionalParamSpec argument) {
    return "`%s`: %s".formatted(argument.paramLabel(), description(argument));
  }

  private static String description(ArgSpec argument) {
    return text(String.join(" ", argument.description()));
  }

  /** Returns text as Markdown shows it unchanged. */
  private static String text(String text) {
    return text.replace("%n", " ").replaceAll("([<*|\\[\\]_])", "\\\\$1");
  }
}
