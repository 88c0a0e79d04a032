package dev.flowdpo;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who watches a flow, and its learners, so that each meets the other. Thread-safe. */
final class FlowMonitors {
  private static final Logger log = LoggerFactory.getLogger(FlowMonitors.class);

  private final CopyOnWriteArrayList<FlowMonitor> monitors = new CopyOnWriteArrayList<>();
  private final Set<FlowMonitor> failed =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  /** They live as long as the learners that they listen to. */
  private final Set<MonitoredLearner> learners = Collections.newSetFromMap(new WeakHashMap<>());

  void add(FlowMonitor monitor) {
    monitors.addIfAbsent(monitor);
    learners().forEach(learner -> tell(monitor, learner::begin));
  }

  void remove(FlowMonitor monitor) {
    monitors.removeIf(one -> one == monitor);
    learners().forEach(learner -> learner.forget(monitor));
    failed.remove(monitor);
  }

  void add(MonitoredLearner learner) {
    synchronized (learners) {
      learners.add(learner);
    }
    tellAll(learner::begin);
  }

  private List<MonitoredLearner> learners() {
    synchronized (learners) {
      return List.copyOf(learners);
    }
  }

  void onSolve(Supplier<SolveFigures> figures) {
    if (!monitors.isEmpty()) {
      SolveFigures all = figures.get();
      tellAll(monitor -> monitor.onSolve(all));
    }
  }

  void onRound(int rows, long nanos) {
    if (!monitors.isEmpty()) {
      Duration elapsed = Duration.ofNanos(nanos);
      tellAll(monitor -> monitor.onRound(rows, elapsed));
    }
  }

  void tellAll(Consumer<FlowMonitor> event) {
    monitors.forEach(monitor -> tell(monitor, event));
  }

  private void tell(FlowMonitor monitor, Consumer<FlowMonitor> event) {
    try {
      event.accept(monitor);
    } catch (RuntimeException | Error e) {
      if (failed.add(monitor)) {
        log.warn("The monitor {} failed; more of its failures are not told", monitor, e);
      }
    }
  }
}
