package dev.flowdpo.benchmarks;

import java.util.List;

/**
 * Watches the memory that this process takes: on the card by {@code nvidia-smi}, twice a second, or
 * what of it is resident. Thread-safe; its thread ends with it.
 */
final class KitMemory implements AutoCloseable {
  private final boolean card;
  private final Thread watching;
  private volatile double peak;
  private volatile boolean closed;

  private KitMemory(boolean card) {
    this.card = card;
    this.watching = new Thread(this::watch, "kit-memory");
    watching.setDaemon(true);
  }

  static KitMemory watch(boolean card) {
    KitMemory memory = new KitMemory(card);
    memory.watching.start();
    return memory;
  }

  /** Returns the most so far in megabytes of a million bytes, 0 where it is not known. */
  double peakMegabytes() {
    return peak;
  }

  private void watch() {
    String pid = Long.toString(ProcessHandle.current().pid());
    while (!closed) {
      double now = card ? onCard(pid) : ResidentMemory.megabytes();
      peak = Math.max(peak, now);
      try {
        Thread.sleep(500);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static double onCard(String pid) {
    String rows =
        KitFigures.output(
            List.of(
                "nvidia-smi",
                "--query-compute-apps=pid,used_memory",
                "--format=csv,noheader,nounits"));
    double mebibytes = 0;
    for (String row : rows.lines().toList()) {
      String[] cells = row.split(",", -1);
      if (cells.length == 2 && cells[0].strip().equals(pid)) {
        mebibytes += Double.parseDouble(cells[1].strip());
      }
    }
    return mebibytes * 1.048576;
  }

  @Override
  public void close() {
    closed = true;
    watching.interrupt();
  }
}
