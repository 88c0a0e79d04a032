package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.spi.LearnerSetup;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The gate on the problems that come, none of which either side has learned from when it counts.
 * Groups are rolled out in turn with the live adapters and with the candidate, so that both meet
 * the same traffic; once each has answered a window of problems, their accuracies are compared.
 */
final class WindowGate extends Gate {
  private final PinnedModels models;
  private final Deque<Boolean> ofLive = new ArrayDeque<>();
  private final Deque<Boolean> ofCandidate = new ArrayDeque<>();
  private boolean candidatesTurn;

  WindowGate(LearnerSetup setup, WorkingCopies copies, PinnedModels models) {
    super(setup, copies);
    this.models = models;
  }

  @Override
  void othersAreLive() {
    ofLive.clear();
    ofCandidate.clear();
  }

  @Override
  public FlowPolicy policy() {
    return candidatesTurn ? models.policy(copies().snapshots()) : super.policy();
  }

  @Override
  public StopJudge judge() {
    return candidatesTurn ? models.judge(copies().snapshots()) : super.judge();
  }

  @Override
  public void end(List<RolloutTree> trees, ListenerCalls calls) {
    Deque<Boolean> window = candidatesTurn ? ofCandidate : ofLive;
    for (RolloutTree tree : trees) {
      window.addLast(tree.original().verdict().isCorrect());
      if (window.size() > options().windowProblems()) {
        window.removeFirst();
      }
    }
    if (!trees.isEmpty()) {
      candidatesTurn = !candidatesTurn;
    }
    if (isDue() && isFull(ofLive) && isFull(ofCandidate)) {
      if (decide(accuracy(ofCandidate), accuracy(ofLive), options().windowProblems(), calls)) {
        ofLive.clear();
        ofLive.addAll(ofCandidate);
      }
      ofCandidate.clear();
    }
  }

  private boolean isFull(Deque<Boolean> window) {
    return window.size() == options().windowProblems();
  }

  private static double accuracy(Deque<Boolean> window) {
    return (double) window.stream().filter(correct -> correct).count() / window.size();
  }

  @Override
  public void write(ObjectNode json) {
    super.write(json);
    json.put("live", digits(ofLive));
    json.put("candidate", digits(ofCandidate));
    json.put("candidatesTurn", candidatesTurn);
  }

  @Override
  public void read(JsonNode json) {
    super.read(json);
    fill(ofLive, json.path("live").asText());
    fill(ofCandidate, json.path("candidate").asText());
    candidatesTurn = json.path("candidatesTurn").asBoolean();
  }

  private static String digits(Deque<Boolean> window) {
    StringBuilder digits = new StringBuilder();
    window.forEach(correct -> digits.append(correct ? '1' : '0'));
    return digits.toString();
  }

  private static void fill(Deque<Boolean> window, String digits) {
    digits.chars().forEach(digit -> window.addLast(digit == '1'));
  }
}
