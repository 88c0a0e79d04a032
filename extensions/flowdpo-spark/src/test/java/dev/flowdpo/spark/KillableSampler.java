package dev.flowdpo.spark;

import dev.flowdpo.rollout.RolloutRequest;
import dev.flowdpo.rollout.RolloutSampler;
import dev.flowdpo.rollout.RolloutTree;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The paper's sampler, but whoever first meets a problem leaves its process id in a file and waits
 * to be killed.
 */
record KillableSampler(String problem, String file) implements RolloutSampler, Serializable {
  @Override
  public List<RolloutTree> sample(RolloutRequest request) {
    if (request.problems().stream().anyMatch(p -> p.id().equals(problem)) && first()) {
      try {
        TimeUnit.MINUTES.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return RolloutSampler.tree().sample(request);
  }

  private boolean first() {
    try {
      Path begun = Path.of(file + ".begun");
      Files.writeString(begun, Long.toString(ProcessHandle.current().pid()));
      Files.createLink(Path.of(file), begun); // appears whole, and once
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
