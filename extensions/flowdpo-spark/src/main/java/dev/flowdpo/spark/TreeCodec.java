package dev.flowdpo.spark;

import dev.flowdpo.answer.AnswerRule;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.RolloutOutcome;
import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.OutputNode;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.LogProbabilities;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Outcomes of rollouts as bytes. A tree's partial answers are written once each, parents first,
 * since many paths share them and whoever reads a tree goes by their identity. The problem itself
 * does not travel back: the driver has it. Stateless and thread-safe.
 */
final class TreeCodec {
  private static final int LAYOUT = 2;
  private static final int TREE = 0;
  private static final int FAILURE = 1;
  private static final int INVALID_INPUT = 2;
  private static final int REFUSAL = 3;

  private TreeCodec() {}

  static byte[] encode(RolloutOutcome outcome) {
    return Bytes.write(
        LAYOUT,
        out -> {
          out.writeLong(outcome.version());
          if (outcome.failure().isPresent()) {
            RuntimeException failure = outcome.failure().get();
            out.writeByte(failure instanceof InvalidInputException ? INVALID_INPUT : FAILURE);
            Bytes.writeText(
                out,
                failure instanceof FlowException
                    ? String.valueOf(failure.getMessage())
                    : failure.toString());
          } else {
            out.writeByte(TREE);
            writeTree(out, outcome.tree().orElseThrow());
          }
        });
  }

  /** Returns what an executor sends that cannot roll out anything. */
  static byte[] encodeRefusal(String message) {
    return Bytes.write(
        LAYOUT,
        out -> {
          out.writeLong(0);
          out.writeByte(REFUSAL);
          Bytes.writeText(out, message);
        });
  }

  /** Says that an executor cannot roll out anything. */
  static final class RefusalException extends FlowException {
    private static final long serialVersionUID = 1L;

    private RefusalException(String message) {
      super(message);
    }
  }

  /**
   * Returns an outcome.
   *
   * @throws RefusalException if the executor sent one
   * @param original the path that was given with the problem: the tree's original is this one
   */
  static RolloutOutcome decode(byte[] bytes, Problem problem, Optional<Branch> original) {
    String what = "The rollouts of problem " + problem.id();
    return Bytes.read(
        LAYOUT,
        what,
        bytes,
        in -> {
          long version = in.readLong();
          int kind = in.readByte();
          if (kind == TREE) {
            RolloutTree tree = readTree(in, problem, original);
            return RolloutOutcome.of(tree, version, verifierFailures(tree, original));
          }
          String message = Bytes.readText(in);
          if (kind == REFUSAL) {
            throw new RefusalException(message);
          }
          return RolloutOutcome.failed(
              problem,
              version,
              kind == INVALID_INPUT
                  ? new InvalidInputException(message)
                  : new FlowException(message));
        });
  }

  /** Returns a path that begins at the problem, as bytes. */
  static byte[] encode(Branch path) {
    return Bytes.write(
        LAYOUT,
        out -> {
          List<Chunk> chunks = path.answer().chunks();
          Bytes.writeNumber(out, chunks.size());
          for (Chunk chunk : chunks) {
            writeChunk(out, chunk);
          }
          writePath(out, path);
        });
  }

  static Branch decodePath(byte[] bytes, Problem problem) {
    return Bytes.read(
        LAYOUT,
        "The known path of problem " + problem.id(),
        bytes,
        in -> {
          PartialAnswer answer = PartialAnswer.start(problem);
          int depth = Bytes.readNumber(in);
          for (int i = 0; i < depth; i++) {
            answer = answer.append(readChunk(in));
          }
          return readPath(in, answer);
        });
  }

  private static Stream<Branch> branches(RolloutTree tree) {
    return Stream.concat(
        Stream.of(tree.original()),
        tree.nodes().stream()
            .flatMap(n -> Stream.concat(n.alternatives().stream(), n.flipped().stream())));
  }

  /** A path that was given has its verdict from elsewhere. */
  private static int verifierFailures(RolloutTree tree, Optional<Branch> original) {
    return (int)
        branches(tree)
            .skip(original.isPresent() ? 1 : 0)
            .filter(branch -> branch.verdict().failure())
            .count();
  }

  private static void writeTree(DataOutputStream out, RolloutTree tree) throws IOException {
    IdentityHashMap<PartialAnswer, Integer> places = new IdentityHashMap<>();
    List<PartialAnswer> order = new ArrayList<>();
    branches(tree).forEach(branch -> place(branch.answer(), places, order));
    for (OutputNode node : tree.nodes()) {
      place(node.output(), places, order);
    }
    Bytes.writeNumber(out, order.size());
    for (PartialAnswer answer : order) {
      Bytes.writeNumber(out, answer.parent().map(parent -> 1 + place(parent, places)).orElse(0));
      if (answer.lastChunk().isPresent()) {
        writeChunk(out, answer.lastChunk().get());
      }
    }
    writeBranch(out, tree.original(), places);
    Bytes.writeNumber(out, tree.nodes().size());
    for (OutputNode node : tree.nodes()) {
      Bytes.writeNumber(out, place(node.output(), places));
      writeDecision(out, node.decision());
      Bytes.writeNumber(out, node.alternatives().size());
      for (Branch alternative : node.alternatives()) {
        writeBranch(out, alternative, places);
      }
      out.writeBoolean(node.flipped().isPresent());
      if (node.flipped().isPresent()) {
        writeBranch(out, node.flipped().get(), places);
      }
    }
  }

  private static void place(
      PartialAnswer answer,
      IdentityHashMap<PartialAnswer, Integer> places,
      List<PartialAnswer> order) {
    Deque<PartialAnswer> fresh = new ArrayDeque<>();
    Optional<PartialAnswer> next = Optional.of(answer);
    while (next.isPresent() && !places.containsKey(next.get())) {
      fresh.push(next.get());
      next = next.get().parent();
    }
    for (PartialAnswer one : fresh) {
      places.put(one, order.size());
      order.add(one);
    }
  }

  private static int place(PartialAnswer answer, IdentityHashMap<PartialAnswer, Integer> places) {
    Integer place = places.get(answer);
    if (place == null) {
      throw new IllegalStateException("a partial answer without a place");
    }
    return place;
  }

  private static RolloutTree readTree(
      DataInputStream in, Problem problem, Optional<Branch> original) throws IOException {
    int count = Bytes.readNumber(in);
    int[] parents = new int[count];
    List<Optional<Chunk>> chunks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parents[i] = Bytes.readNumber(in) - 1;
      chunks.add(parents[i] < 0 ? Optional.empty() : Optional.of(readChunk(in)));
    }
    List<PartialAnswer> known =
        original.map(branch -> ancestors(branch.answer())).orElse(List.of());
    List<PartialAnswer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // The original path was placed first, so it has the first places.
      if (i < known.size()) {
        answers.add(known.get(i));
      } else if (parents[i] < 0) {
        answers.add(PartialAnswer.start(problem));
      } else {
        answers.add(answers.get(parents[i]).append(chunks.get(i).orElseThrow()));
      }
    }
    Branch path = readBranch(in, answers);
    List<OutputNode> nodes = new ArrayList<>();
    int length = Bytes.readNumber(in);
    for (int i = 0; i < length; i++) {
      nodes.add(readNode(in, answers));
    }
    return new RolloutTree(problem, path, nodes);
  }

  private static OutputNode readNode(DataInputStream in, List<PartialAnswer> answers)
      throws IOException {
    PartialAnswer output = answers.get(Bytes.readNumber(in));
    StopDecision decision = readDecision(in);
    List<Branch> alternatives = new ArrayList<>();
    int length = Bytes.readNumber(in);
    for (int i = 0; i < length; i++) {
      alternatives.add(readBranch(in, answers));
    }
    Optional<Branch> flipped =
        in.readBoolean() ? Optional.of(readBranch(in, answers)) : Optional.empty();
    PartialAnswer prefix = output.parent().orElseThrow();
    return new OutputNode(prefix.depth(), prefix, output, decision, alternatives, flipped);
  }

  /** Returns the answer and those before it, the root first. */
  private static List<PartialAnswer> ancestors(PartialAnswer answer) {
    Deque<PartialAnswer> path = new ArrayDeque<>();
    Optional<PartialAnswer> next = Optional.of(answer);
    while (next.isPresent()) {
      path.push(next.get());
      next = next.get().parent();
    }
    return List.copyOf(path);
  }

  private static void writeBranch(
      DataOutputStream out, Branch branch, IdentityHashMap<PartialAnswer, Integer> places)
      throws IOException {
    Bytes.writeNumber(out, place(branch.answer(), places));
    writePath(out, branch);
  }

  private static Branch readBranch(DataInputStream in, List<PartialAnswer> answers)
      throws IOException {
    return readPath(in, answers.get(Bytes.readNumber(in)));
  }

  private static void writePath(DataOutputStream out, Branch branch) throws IOException {
    for (StopDecision decision : branch.decisions()) {
      writeDecision(out, decision);
    }
    Bytes.writeText(out, branch.finishReason().name());
    writeVerdict(out, branch.verdict());
  }

  private static Branch readPath(DataInputStream in, PartialAnswer answer) throws IOException {
    List<StopDecision> decisions = new ArrayList<>();
    for (int i = 0; i < answer.depth(); i++) {
      decisions.add(readDecision(in));
    }
    FinishReason reason = FinishReason.valueOf(Bytes.readText(in));
    return new Branch(answer, decisions, reason, readVerdict(in));
  }

  private static void writeDecision(DataOutputStream out, StopDecision decision)
      throws IOException {
    out.writeBoolean(decision.stop());
    out.writeDouble(decision.stopProbability());
  }

  private static StopDecision readDecision(DataInputStream in) throws IOException {
    return new StopDecision(in.readBoolean(), in.readDouble());
  }

  private static void writeChunk(DataOutputStream out, Chunk chunk) throws IOException {
    TokenIds tokens = chunk.hasTokens() ? chunk.tokens() : TokenIds.of();
    Bytes.writeNumber(out, tokens.length());
    for (int i = 0; i < tokens.length(); i++) {
      Bytes.writeNumber(out, tokens.get(i));
    }
    Bytes.writeText(out, chunk.text());
    LogProbabilities sampled = chunk.logProbabilities();
    out.writeBoolean(sampled.hasTokens());
    if (sampled.hasTokens()) {
      for (int i = 0; i < sampled.length(); i++) {
        out.writeFloat(sampled.get(i));
      }
    } else {
      Bytes.writeDouble(out, sampled.sum());
    }
    out.writeBoolean(chunk.endOfSequence());
  }

  private static Chunk readChunk(DataInputStream in) throws IOException {
    int[] tokens = new int[Bytes.readNumber(in)];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Bytes.readNumber(in);
    }
    String text = Bytes.readText(in);
    LogProbabilities sampled =
        in.readBoolean()
            ? LogProbabilities.ofTokens(readFloats(in, tokens.length))
            : LogProbabilities.ofSum(Bytes.readDouble(in));
    return Chunk.of(TokenIds.copyOf(tokens), text, sampled, in.readBoolean());
  }

  private static float[] readFloats(DataInputStream in, int length) throws IOException {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  private static void writeVerdict(DataOutputStream out, Verdict verdict) throws IOException {
    out.writeBoolean(verdict.failure());
    Bytes.writeDouble(out, verdict.reward());
    Bytes.writeText(out, verdict.reason().orElse(""));
    Bytes.writeText(out, verdict.answer().map(ExtractedAnswer::text).orElse(""));
    if (verdict.answer().isPresent()) {
      Bytes.writeText(out, verdict.answer().get().rule().name());
    }
  }

  private static Verdict readVerdict(DataInputStream in) throws IOException {
    boolean failure = in.readBoolean();
    OptionalDouble reward = Bytes.readDouble(in);
    String reason = Bytes.readText(in);
    Verdict verdict;
    if (reward.isPresent()) {
      verdict = Verdict.reward(reward.getAsDouble(), reason);
    } else {
      verdict = failure ? Verdict.failed(reason) : Verdict.unknown(reason);
    }
    String answer = Bytes.readText(in);
    return answer.isEmpty()
        ? verdict
        : verdict.on(new ExtractedAnswer(answer, AnswerRule.valueOf(Bytes.readText(in))));
  }
}
