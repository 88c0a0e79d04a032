package dev.flowdpo.rollout;

import dev.flowdpo.policy.Chunk;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.internal.ChunkSeeds;
import dev.flowdpo.policy.internal.FlowLoop;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.policy.internal.FlowStart;
import dev.flowdpo.value.FinishReason;
import dev.flowdpo.value.Seeds;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The paper's rollouts (Flow-DPO, arXiv 2410.22304, section 3.2): the flow runs once, and then at
 * each of its output nodes another chunk is tried, and the opposite stop decision, each followed to
 * a complete answer.
 *
 * <p>All problems run as one batch, first their original paths, then all branches of all nodes
 * together, so that a call of the policy is as wide as it can be. With n nodes per problem a round
 * of the second pass has up to n (rolloutsPerNode + 1) rows per problem.
 *
 * <ul>
 *   <li>An alternative chunk with the tokens of the original is drawn again up to 4 times, with new
 *       seeds; then that alternative is given up. Greedy sampling therefore gives none.
 *   <li>A flip to "stop" needs no generation. A flip to "go on" at the last chunk allowed is
 *       impossible and left out.
 *   <li>A {@link VerifierGuard} judges an answer as soon as it is complete, while others are still
 *       written. Any other verifier is asked at the end; a {@link BatchVerifier}, guarded or not,
 *       gets all answers in one call. A verifier that throws gives {@link Verdict#unknown} and a
 *       warning that names the problem. A time limit is the matter of the guard.
 *   <li>With the same seed the original path is that of {@link dev.flowdpo.Flow#solve(String)}.
 * </ul>
 *
 * <p>Takes one snapshot of the policy and one of the judge for each call. Thread-safe.
 */
public final class TreeRolloutSampler implements RolloutSampler {

  /** Creates a sampler; it has no state. */
  public TreeRolloutSampler() {}

  @Override
  public List<RolloutTree> sample(RolloutRequest request) {
    if (request.problems().isEmpty()) {
      return List.of();
    }
    FlowLoop loop =
        new FlowLoop(request.policy().snapshot(), request.judge().snapshot(), request.options());
    try (Verdicts verdicts = new Verdicts(request.verifier())) {
      List<FlowPath> originals = originals(loop, request, verdicts);
      originals.forEach(original -> flippedToStop(original).forEach(verdicts::begin));

      List<FlowStart> starts = new ArrayList<>();
      for (FlowPath original : originals) {
        addStarts(starts, original, request);
      }
      List<Optional<FlowPath>> branches = loop.run(starts, verdicts);
      verdicts.finish(paths(originals, branches));
      Iterator<Optional<FlowPath>> ends = branches.iterator();
      List<RolloutTree> trees = new ArrayList<>(originals.size());
      for (FlowPath original : originals) {
        trees.add(tree(original, ends, request, verdicts));
      }
      return trees;
    }
  }

  /** Returns the paths that are known, with their verdicts, and follows the others. */
  private static List<FlowPath> originals(
      FlowLoop loop, RolloutRequest request, Verdicts verdicts) {
    List<FlowStart> roots = new ArrayList<>();
    for (int i = 0; i < request.problems().size(); i++) {
      if (request.originals().get(i).isEmpty()) {
        roots.add(FlowStart.of(request.problems().get(i), request.seed()));
      }
    }
    Iterator<Optional<FlowPath>> written = loop.run(roots, verdicts).iterator();
    List<FlowPath> originals = new ArrayList<>();
    for (Optional<Branch> given : request.originals()) {
      if (given.isPresent()) {
        Branch branch = given.get();
        FlowPath path = new FlowPath(branch.answer(), branch.decisions(), branch.finishReason());
        verdicts.put(path, branch.verdict());
        originals.add(path);
      } else {
        originals.add(written.next().orElseThrow());
      }
    }
    return originals;
  }

  /**
   * Adds the starts of a problem's branches, in the order in which {@link #tree} reads their ends.
   */
  private static void addStarts(List<FlowStart> starts, FlowPath original, RolloutRequest request) {
    List<PartialAnswer> outputs = outputs(original);
    for (int node = 0; node < outputs.size(); node++) {
      PartialAnswer output = outputs.get(node);
      Optional<Chunk> chunk = output.lastChunk();
      List<StopDecision> before = original.decisions().subList(0, node);
      for (int k = 0; k < request.rolloutsPerNode(); k++) {
        PartialAnswer prefix = output.parent().orElseThrow();
        starts.add(new FlowStart(prefix, before, seeds(request, output, 1 + k), chunk));
      }
      if (flipsToGoOn(original, node, request)) {
        starts.add(
            new FlowStart(
                output,
                flippedDecisions(original, node),
                seeds(request, output, 0),
                Optional.empty()));
      }
    }
  }

  /** Returns all complete paths: the original ones, flips to "stop", branches. */
  private static List<FlowPath> paths(List<FlowPath> originals, List<Optional<FlowPath>> branches) {
    List<FlowPath> paths = new ArrayList<>();
    for (FlowPath original : originals) {
      paths.add(original);
      paths.addAll(flippedToStop(original));
    }
    branches.forEach(branch -> branch.ifPresent(paths::add));
    return paths;
  }

  private static RolloutTree tree(
      FlowPath path, Iterator<Optional<FlowPath>> ends, RolloutRequest request, Verdicts verdicts) {
    Branch original = branch(path, verdicts);
    List<OutputNode> nodes = new ArrayList<>();
    List<PartialAnswer> outputs = outputs(path);
    for (int node = 0; node < outputs.size(); node++) {
      PartialAnswer output = outputs.get(node);
      List<Branch> alternatives = new ArrayList<>(request.rolloutsPerNode());
      for (int k = 0; k < request.rolloutsPerNode(); k++) {
        ends.next().ifPresent(end -> alternatives.add(branch(end, verdicts)));
      }
      nodes.add(
          new OutputNode(
              node,
              output.parent().orElseThrow(),
              output,
              path.decisions().get(node),
              alternatives,
              flipped(path, node, ends, request, verdicts)));
    }
    return new RolloutTree(path.answer().problem(), original, nodes);
  }

  private static Optional<Branch> flipped(
      FlowPath path,
      int node,
      Iterator<Optional<FlowPath>> ends,
      RolloutRequest request,
      Verdicts verdicts) {
    if (flipsToGoOn(path, node, request)) {
      return Optional.of(branch(ends.next().orElseThrow(), verdicts));
    }
    if (path.decisions().get(node).stop()) {
      return Optional.empty();
    }
    return Optional.of(branch(flippedToStop(path, node), verdicts));
  }

  /** Returns the paths that stop where this one went on. */
  private static List<FlowPath> flippedToStop(FlowPath path) {
    return IntStream.range(0, path.decisions().size())
        .filter(node -> !path.decisions().get(node).stop())
        .mapToObj(node -> flippedToStop(path, node))
        .toList();
  }

  private static FlowPath flippedToStop(FlowPath path, int node) {
    PartialAnswer output = outputs(path).get(node);
    return new FlowPath(output, flippedDecisions(path, node), FinishReason.STOPPED);
  }

  private static boolean flipsToGoOn(FlowPath original, int node, RolloutRequest request) {
    return original.decisions().get(node).stop() && node + 1 < request.options().maxChunks();
  }

  private static List<StopDecision> flippedDecisions(FlowPath original, int node) {
    List<StopDecision> decisions = new ArrayList<>(original.decisions().subList(0, node + 1));
    decisions.set(node, decisions.get(node).flipped());
    return decisions;
  }

  /** Returns the partial answers along the path, after its first chunk to after its last. */
  private static List<PartialAnswer> outputs(FlowPath path) {
    PartialAnswer[] outputs = new PartialAnswer[path.answer().depth()];
    PartialAnswer output = path.answer();
    for (int node = outputs.length - 1; node >= 0; node--) {
      outputs[node] = output;
      output = output.parent().orElseThrow();
    }
    return List.of(outputs);
  }

  private static ChunkSeeds seeds(RolloutRequest request, PartialAnswer output, int branch) {
    String id = output.problem().id();
    int node = output.depth() - 1;
    return (chunkIndex, attempt) -> Seeds.of(request.seed(), id, node, branch, chunkIndex, attempt);
  }

  private static Branch branch(FlowPath path, Verdicts verdicts) {
    Verdict verdict = verdicts.of(path);
    return new Branch(path.answer(), path.decisions(), path.finishReason(), verdict);
  }
}
