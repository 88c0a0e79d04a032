package dev.flowdpo.cli.experiment;

import com.google.common.collect.Lists;
import dev.flowdpo.rollout.Branch;
import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rolls out a large group in parts, each of which gives its keys and values back: the trees are the
 * same. Serves no paths that are known before. Thread-safe.
 *
 * @param sampler what rolls out a part
 * @param problems of a part
 */
record PartitionedSampler(RolloutSampler sampler, int problems) implements RolloutSampler {

  @Override
  public List<RolloutTree> sample(RolloutRequest request) {
    List<RolloutTree> trees = new ArrayList<>();
    for (List<Problem> part : Lists.partition(request.problems(), problems)) {
      List<RolloutTree> written =
          sampler.sample(
              RolloutRequest.builder(part, request.policy(), request.judge(), request.verifier())
                  .options(request.options())
                  .rolloutsPerNode(request.rolloutsPerNode())
                  .seed(request.seed())
                  .build());
      written.forEach(tree -> forget(tree, request));
      trees.addAll(written);
    }
    return trees;
  }

  private static void forget(RolloutTree tree, RolloutRequest request) {
    Stream.concat(
            Stream.of(tree.original()),
            tree.nodes().stream()
                .flatMap(
                    node -> Stream.concat(node.alternatives().stream(), node.flipped().stream())))
        .map(Branch::answer)
        .forEach(
            answer -> {
              request.policy().forget(answer);
              request.judge().forget(answer);
            });
  }
}
