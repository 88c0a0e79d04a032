package dev.flowdpo.spark;

import dev.flowdpo.Flow;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.rollout.VerifierFactory;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.AdapterFlowEngineProvider;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an executor keeps from task to task: one engine for each model, opened by the first task
 * that asks, the last adapters under it, and the verifiers. It lives as long as the process, whose
 * end frees it; where driver and executors are one process, the driver frees it. Thread-safe.
 */
final class ExecutorModels {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

  /** Rounds come one after the other; a task of the last one may still be under way. */
  private static final int KEPT_VERSIONS = 2;

  private static final Map<ModelSpec, ExecutorModels> OPEN = new HashMap<>();

  private final AdapterFlowEngine engine;
  private final Map<String, AdapterFlowEngine.Models> versions = new LinkedHashMap<>();
  private final Map<String, Judging> verifiers = new HashMap<>();
  private final Map<String, Flow> flows = new HashMap<>();
  private final Set<String> sessions = new HashSet<>();

  /** A session's verifier, made once, and the guard around it. */
  private record Judging(Verifier verifier, VerifierGuard guard) {
    void close() {
      guard.close();
      if (verifier instanceof AutoCloseable closeable) {
        try {
          closeable.close();
        } catch (Exception e) {
          LOG.warn("A verifier could not be closed", e);
        }
      }
    }
  }

  private ExecutorModels(AdapterFlowEngine engine) {
    this.engine = engine;
  }

  /**
   * Returns the models of a base, which is opened where this is the first time.
   *
   * @param session who uses them, until {@link #release}
   * @throws FlowException if it cannot be, or is another than the driver's
   */
  static ExecutorModels of(ModelSpec spec, String session) {
    synchronized (OPEN) {
      ModelSpec place = spec.withDigest("");
      ExecutorModels models = OPEN.get(place);
      if (models == null) {
        models = new ExecutorModels(new AdapterFlowEngineProvider().open(spec.settings()));
        OPEN.put(place, models);
      }
      models.sessions.add(session);
      models.check(spec);
      return models;
    }
  }

  private void check(ModelSpec spec) {
    if (!spec.digest().isEmpty() && !spec.digest().equals(engine.modelDigest())) {
      throw new FlowException(
          ("%s: expected the content that the driver's model has, %s, found %s; give every"
                  + " executor the same files at this path")
              .formatted(spec.name(), spec.digest(), engine.modelDigest()));
    }
  }

  /**
   * Frees what a session holds in this process, and the engines that nobody uses any more. None of
   * its tasks may be under way.
   */
  static void release(String session) {
    synchronized (OPEN) {
      OPEN.values().removeIf(models -> models.forget(session));
    }
  }

  AdapterFlowEngine engine() {
    return engine;
  }

  /**
   * Returns policy and judge under a version.
   *
   * @param session tells the versions of one learner from another's
   * @param adapters the adapters' bytes, where they are not here yet
   */
  synchronized AdapterFlowEngine.Models version(
      String session, long version, Supplier<byte[]> adapters) {
    String key = session + "/" + version;
    AdapterFlowEngine.Models known = versions.get(key);
    if (known != null) {
      return known;
    }
    AdapterFlowEngine.Models models = AdapterBytes.unpacked(adapters.get(), engine::with);
    versions.put(key, models);
    if (versions.size() > KEPT_VERSIONS) {
      versions.remove(versions.keySet().iterator().next());
    }
    return models;
  }

  /**
   * Returns a session's flow, whose callers share native calls.
   *
   * @param options those of the flow; null for the model's
   */
  synchronized Flow flow(String session, byte[] adapters, @Nullable FlowSpec options) {
    return flows.computeIfAbsent(
        session,
        unused -> {
          AdapterFlowEngine.Models models = AdapterBytes.unpacked(adapters, engine::with);
          FlowOptions chosen = options == null ? engine.defaultOptions() : options.options();
          return Flow.builder()
              .policy(models.policy())
              .judge(models.judge())
              .chunkSize(chosen.chunkSize())
              .maxChunks(chosen.maxChunks())
              .sampling(chosen.sampling())
              .seed(chosen.seed())
              .build();
        });
  }

  /** Returns a session's verifier. */
  synchronized VerifierGuard verifier(
      String session, VerifierFactory factory, Duration timeLimit, int parallel) {
    return verifiers
        .computeIfAbsent(
            session,
            unused -> {
              Verifier verifier = factory.create();
              return new Judging(verifier, new VerifierGuard(verifier, timeLimit, parallel));
            })
        .guard();
  }

  /** Returns whether nobody is left, and all is closed. */
  private synchronized boolean forget(String session) {
    versions.keySet().removeIf(key -> key.startsWith(session + "/"));
    Judging judging = verifiers.remove(session);
    if (judging != null) {
      judging.close();
    }
    Flow flow = flows.remove(session);
    if (flow != null) {
      flow.close();
    }
    if (sessions.remove(session) && sessions.isEmpty()) {
      engine.close();
      return true;
    }
    return false;
  }
}
