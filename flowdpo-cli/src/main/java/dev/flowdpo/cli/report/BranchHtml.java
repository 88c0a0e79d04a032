package dev.flowdpo.cli.report;

import dev.flowdpo.value.FinishReason;
import java.util.List;

/** Paths, verdicts and texts of models for the page. Stateless. */
final class BranchHtml {
  private BranchHtml() {}

  /**
   * Writes a rollout: what it had before the node set back, its own chunk marked, and between
   * chunks the judge's probability that the answer was finished.
   */
  static void append(Html html, String what, ReportBranch branch, int node, boolean anotherChunk) {
    html.open("div", "class", "branch " + kind(branch.verdict())).open("div", "class", "what");
    html.element("b", what);
    verdict(html, branch.verdict());
    if (branch.finishReason() != FinishReason.STOPPED) {
      boolean chunks = branch.finishReason() == FinishReason.MAX_CHUNKS;
      html.element(
          "span",
          chunks ? "ended by the limit of chunks" : "ended where the model has no more room",
          "class",
          "small");
    }
    html.close().open("div", "class", "model");
    List<ReportNode.Step> steps = branch.steps();
    int shared = anotherChunk ? node : node + 1;
    for (int i = 0; i < steps.size(); i++) {
      if (i < shared) {
        text(html.open("span", "class", "before"), steps.get(i).text());
      } else if (i == node) {
        text(html.open("mark"), steps.get(i).text());
      } else {
        text(html.open("span"), steps.get(i).text());
      }
      html.close();
      if (i >= node && i + 1 < steps.size()) {
        double stop = steps.get(i).stopProbability();
        html.element(
            "span",
            new ValueFormat(ValueFormat.Kind.PERCENT, 0).text(stop),
            "class",
            "cut",
            "title",
            "end of chunk " + (i + 1) + "; the judge's probability of finished");
      }
    }
    html.close().close();
  }

  /** Writes the verdict's badge, the answer that was found and how, and the reason. */
  static void verdict(Html html, ReportBranch.Outcome verdict) {
    badge(html, verdict);
    verdict
        .answer()
        .ifPresent(
            answer -> {
              html.open("span").text("answer ").element("b", answer.text(), "class", "model");
              html.element("span", " by " + answer.rule().label(), "class", "small").close();
            });
    if (verdict.known() && verdict.reward() != 0 && verdict.reward() != 1) {
      html.element("span", "reward " + reward(verdict.reward()), "class", "small");
    }
    if (!verdict.reason().isBlank()) {
      html.element("span", verdict.reason(), "class", "reason small model");
    }
  }

  static void badge(Html html, ReportBranch.Outcome verdict) {
    String word = verdict.known() ? verdict.correct() ? "correct" : "wrong" : "unknown";
    html.element("span", sign(verdict) + " " + word, "class", "badge " + kind(verdict));
  }

  static String kind(ReportBranch.Outcome verdict) {
    return verdict.known() ? verdict.correct() ? "right" : "wrong" : "unknown";
  }

  static String sign(ReportBranch.Outcome verdict) {
    return verdict.known() ? verdict.correct() ? "✓" : "✗" : "?";
  }

  /** Writes the text of a chunk on its own. */
  static void chunkText(Html html, String text) {
    if (text.isBlank()) {
      html.element("div", "no text, the answer ends", "class", "none");
    } else {
      text(html.open("div", "class", "model"), text.replaceAll("^\\R+", ""));
      html.close();
    }
  }

  /** Writes a model's text with its line ends made visible. */
  private static void text(Html html, String text) {
    int begin = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      html.text(text.substring(begin, end)).open("span", "class", "nl").close();
      begin = end + 1;
      html.text(begin < text.length() ? "\n" : "");
    }
    html.text(text.substring(begin));
  }

  static String reward(double reward) {
    boolean whole = reward == Math.rint(reward);
    return ValueFormat.decimal(whole ? 0 : 2).text(reward);
  }

  static String counted(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
