package dev.flowdpo.cli.report;

import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.value.FinishReason;

/**
 * Rollout trees for the page: the original path as a spine of chunks, below each of them what was
 * tried there and the pairs that came of it. Stateless.
 */
final class TreeHtml {
  private TreeHtml() {}

  static void append(Html html, Trees trees) {
    html.open("div", "class", "trees").open("div", "class", "tools");
    fold(html, "open", "Unfold all");
    fold(html, "close", "Fold all");
    html.close().line();
    for (int i = 0; i < trees.trees().size(); i++) {
      tree(html, trees.trees().get(i), i == 0);
    }
    html.close().line();
  }

  private static void fold(Html html, String what, String label) {
    html.element("button", label, "type", "button", "data-fold", what);
  }

  private static void tree(Html html, ReportTree tree, boolean open) {
    details(html, "tree", open);
    html.open("summary");
    BranchHtml.badge(html, tree.original().verdict());
    html.element("span", tree.question(), "class", "ask");
    html.element("span", counts(tree), "class", "sum").close();
    html.open("div", "class", "tree-body");
    if (!tree.note().isBlank()) {
      html.element("p", tree.note(), "class", "where");
    }
    html.element("p", tree.question(), "class", "question model");
    html.open("p", "class", "gold").text("Right answer: ");
    html.element("b", tree.goldAnswer().isBlank() ? "not known" : tree.goldAnswer()).close();
    html.open("ol", "class", "spine", "aria-label", "The original path, chunk by chunk");
    for (ReportNode node : tree.nodes()) {
      node(html, node, open && hasFirstPairs(tree, node));
    }
    end(html, tree.original());
    html.close().close().close().line();
  }

  private static String counts(ReportTree tree) {
    return BranchHtml.counted(tree.nodes().size(), "chunk")
        + " · "
        + BranchHtml.counted(tree.rolloutCount(), "rollout")
        + " · "
        + BranchHtml.counted(tree.pairCount(), "pair");
  }

  /** Says whether the node's rollouts are shown unfolded: the first that gave a pair. */
  private static boolean hasFirstPairs(ReportTree tree, ReportNode node) {
    return tree.nodes().stream().filter(n -> !n.pairs().isEmpty()).findFirst().stream()
        .anyMatch(n -> n == node);
  }

  private static void node(Html html, ReportNode node, boolean open) {
    html.open("li");
    html.element("span", Integer.toString(node.index() + 1), "class", "knob", "aria-hidden", true);
    html.open("div", "class", "chunk");
    BranchHtml.chunkText(html, node.step().text());
    html.close();
    judge(html, node.step());
    int rollouts = node.alternatives().size() + node.flipped().size();
    if (rollouts > 0) {
      details(html, "rollouts", open);
      html.open("summary").element("b", BranchHtml.counted(rollouts, "rollout"));
      html.text(" from here");
      node.alternatives().forEach(b -> BranchHtml.badge(html.text(" "), b.verdict()));
      node.flipped().forEach(b -> BranchHtml.badge(html.text(" "), b.verdict()));
      html.close();
      for (ReportBranch branch : node.alternatives()) {
        BranchHtml.append(html, "Another chunk here", branch, node.index(), true);
      }
      for (ReportBranch branch : node.flipped()) {
        String what = node.step().stop() ? "Had it gone on" : "Had it stopped here";
        BranchHtml.append(html, what, branch, node.index(), false);
      }
      html.close();
    }
    node.pairs().forEach(pair -> pair(html, pair));
    html.close().line();
  }

  private static void judge(Html html, ReportNode.Step step) {
    String percent = ValueFormat.percent().text(step.stopProbability());
    html.open("div", "class", "judge").element("span", "Finished?", "class", "small");
    html.open("span", "class", "gauge", "aria-hidden", true);
    double width = Math.round(1000 * step.stopProbability()) / 10.0;
    html.open("i", "style", "width:" + width + "%").close().close();
    html.element("span", percent).element("b", step.stop() ? "stops" : "goes on");
    html.element("span", BranchHtml.counted(step.tokens(), "token"), "class", "small").close();
  }

  private static void pair(Html html, ReportPair pair) {
    boolean answers = pair.role() == AdapterRole.ANSWER;
    boolean tie = pair.chosenReward() == pair.rejectedReward();
    String about =
        answers
            ? "which chunk to write here"
            : tie
                ? "whether to stop here; both are right, so the earlier stop is preferred"
                : "whether to stop here";
    html.open("div", "class", "pair");
    html.open("h4").text(answers ? "Answer pair " : "Stop pair ");
    html.element("span", about).close();
    html.open("div", "class", "sides");
    side(html, "chosen", "✓ chosen", pair.chosen(), pair.chosenReward());
    side(html, "rejected", "✗ rejected", pair.rejected(), pair.rejectedReward());
    html.close().close().line();
  }

  private static void side(Html html, String cssClass, String name, String text, double reward) {
    html.open("div", "class", "side " + cssClass).open("div", "class", "name");
    html.text(name).element("span", "led to reward " + BranchHtml.reward(reward)).close();
    BranchHtml.chunkText(html, text);
    html.close();
  }

  private static void end(Html html, ReportBranch original) {
    ReportBranch.Outcome verdict = original.verdict();
    html.open("li").open("span", "class", "knob " + BranchHtml.kind(verdict), "aria-hidden", true);
    html.text(BranchHtml.sign(verdict)).close();
    html.open("div", "class", "verdict");
    BranchHtml.verdict(html, verdict);
    boolean limit = original.finishReason() == FinishReason.MAX_CHUNKS;
    html.element("span", limit ? "ended by the limit of chunks" : "", "class", "small");
    html.close().close();
  }

  private static void details(Html html, String cssClass, boolean open) {
    if (open) {
      html.open("details", "class", cssClass, "open", "open");
    } else {
      html.open("details", "class", cssClass);
    }
  }
}
