package dev.flowdpo.micrometer;

import dev.flowdpo.Flow;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The figures of a flow, those derived from it, and all their learners, as meters: {@code new
 * FlowMetrics(flow).bindTo(registry)}. Solves have the names and attributes that OpenTelemetry
 * gives to generative models ({@code gen_ai.server.request.duration}, {@code
 * gen_ai.server.time_to_first_token}, {@code gen_ai.client.token.usage}), all else begins with
 * {@code flowdpo.}; the documentation lists them ("In production").
 *
 * <p>Learners are told apart by the tag {@code learner}; flows only by tags that are given here,
 * such as {@code gen_ai.request.model}, which every meter of the flow gets. A learner's counters
 * are those of its state, so that they go on after a restart; all others begin with the process.
 *
 * <p>Thread-safe. Close it to take the meters out of their registries, as where a flow is replaced
 * by another; the flow stays open.
 */
public final class FlowMetrics implements MeterBinder, AutoCloseable {
  private final Flow flow;
  private final Tags tags;
  private final Map<MeterRegistry, FlowMeters> bound = new HashMap<>();

  /** Creates metrics of a flow, the only one in its registries. */
  public FlowMetrics(Flow flow) {
    this(flow, Tags.empty());
  }

  /** Creates metrics of a flow whose meters get these tags besides their own. */
  public FlowMetrics(Flow flow, Iterable<Tag> tags) {
    this.flow = Objects.requireNonNull(flow, "flow");
    this.tags = Tags.of(tags);
  }

  /** Adds the meters to a registry, once. */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (!bound.containsKey(registry)) {
      FlowMeters meters = new FlowMeters(flow, new Meters(registry, tags));
      bound.put(registry, meters);
      flow.addMonitor(meters);
    }
  }

  /** Takes the meters out of the registries. Again does nothing. */
  @Override
  public synchronized void close() {
    bound
        .values()
        .forEach(
            meters -> {
              flow.removeMonitor(meters);
              meters.close();
            });
    bound.clear();
  }
}
