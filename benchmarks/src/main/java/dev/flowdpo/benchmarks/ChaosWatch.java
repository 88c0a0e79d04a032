package dev.flowdpo.benchmarks;

import dev.flowdpo.cli.report.Axis;
import dev.flowdpo.cli.report.LineChart;
import dev.flowdpo.cli.report.Series;
import dev.flowdpo.cli.report.ValueFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Samples resident memory every few seconds, and ends the process with all stacks in a file where a
 * thread shows no sign of life any more. Thread-safe.
 */
final class ChaosWatch implements AutoCloseable {
  private static final int EVERY_MILLIS = 5_000;
  private static final long HANGS_NANOS = 300_000_000_000L;
  private static final double HOUR = 3_600;

  private final Path folder;
  private final Supplier<String> figures;
  private final Map<Thread, Long> alive = new ConcurrentHashMap<>();
  private final List<double[]> samples = new ArrayList<>();
  private final long begin = System.nanoTime();
  private final PrintWriter csv;
  private volatile boolean over;

  /**
   * @param columns names of the figures
   * @param figures what is written beside a sample, separated by commas
   */
  ChaosWatch(Path folder, String columns, Supplier<String> figures) throws IOException {
    this.folder = folder;
    this.figures = figures;
    this.csv = new PrintWriter(Files.newBufferedWriter(folder.resolve("chaos.csv")), true);
    csv.println("seconds,resident_mb,heap_mb," + columns);
    Thread thread = new Thread(this::watch, "chaos-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Says that this thread goes on. */
  void alive() {
    alive.put(Thread.currentThread(), System.nanoTime());
  }

  /** Says that this thread will not go on. */
  void done() {
    alive.remove(Thread.currentThread());
  }

  private void watch() {
    try {
      while (!over) {
        sample();
        alive.forEach(
            (thread, last) -> {
              if (System.nanoTime() - last > HANGS_NANOS) {
                dump(thread);
              }
            });
        Thread.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sample() {
    double seconds = (System.nanoTime() - begin) / 1e9;
    Runtime runtime = Runtime.getRuntime();
    double heap = (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
    double resident = ResidentMemory.megabytes();
    synchronized (samples) {
      samples.add(new double[] {seconds, resident});
    }
    csv.printf(Locale.ROOT, "%.0f,%.1f,%.1f,%s%n", seconds, resident, heap, figures.get());
  }

  private void dump(Thread hanging) {
    StringBuilder text = new StringBuilder("No sign of life of " + hanging + "\n\n");
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              text.append(thread).append(' ').append(thread.getState()).append('\n');
              for (StackTraceElement frame : stack) {
                text.append("    at ").append(frame).append('\n');
              }
            });
    try {
      Files.writeString(folder.resolve("threads.txt"), text);
    } catch (IOException e) {
      System.err.println(text);
    }
    System.err.println("HANG: all stacks are in threads.txt");
    Runtime.getRuntime().halt(3);
  }

  /** Returns the mean resident memory in megabytes of a part of the time, from 0 to 1. */
  double mean(double from, double to) {
    synchronized (samples) {
      double end = samples.get(samples.size() - 1)[0];
      return samples.stream()
          .filter(sample -> sample[0] >= from * end && sample[0] <= to * end)
          .mapToDouble(sample -> sample[1])
          .average()
          .orElse(Double.NaN);
    }
  }

  /** Returns the slope of resident memory by least squares, in megabytes an hour. */
  double slope(double from) {
    synchronized (samples) {
      double end = samples.get(samples.size() - 1)[0];
      List<double[]> later = samples.stream().filter(s -> s[0] >= from * end).toList();
      double meanX = later.stream().mapToDouble(s -> s[0]).average().orElse(0);
      double meanY = later.stream().mapToDouble(s -> s[1]).average().orElse(0);
      double above = later.stream().mapToDouble(s -> (s[0] - meanX) * (s[1] - meanY)).sum();
      double below = later.stream().mapToDouble(s -> (s[0] - meanX) * (s[0] - meanX)).sum();
      return HOUR * above / below;
    }
  }

  /** Ends sampling and draws the curve. */
  @Override
  public void close() {
    over = true;
    csv.close();
    double[] minutes;
    double[] resident;
    synchronized (samples) {
      minutes = samples.stream().mapToDouble(sample -> sample[0] / 60).toArray();
      resident = samples.stream().mapToDouble(sample -> sample[1]).toArray();
    }
    try {
      LineChart.builder("Resident memory under chaos")
          .x(Axis.of("minutes", ValueFormat.decimal(0)))
          .y(Axis.of("MB", ValueFormat.integer()).range(0, 1.2 * max(resident)))
          .series(Series.line("resident", minutes, resident))
          .build()
          .writePng(folder.resolve("chaos.png"));
    } catch (UncheckedIOException | LinkageError e) {
      System.err.println("No picture: " + e);
    }
  }

  private static double max(double[] values) {
    double max = 1;
    for (double value : values) {
      max = Math.max(max, value);
    }
    return max;
  }
}
