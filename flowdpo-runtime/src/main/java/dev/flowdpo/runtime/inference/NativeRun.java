package dev.flowdpo.runtime.inference;

import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * One run of a graph in ONNX Runtime, for the JDK's flight recorder, which costs nothing where
 * nobody records. For one thread.
 */
@Name("dev.flowdpo.NativeRun")
@Label("Native Run")
@Category("FlowDPO")
@Description("One run of a model's graph in ONNX Runtime")
@StackTrace(false)
final class NativeRun extends Event {
  // Only the recorder reads the fields.

  @Label("Kind")
  @Description("prefill reads, chunk writes, score and gradient learn, weights pretrains")
  String kind = "";

  @Label("Rows")
  @Description("Sequences that went through the model together")
  int rows;

  @Label("Width")
  @Description("Tokens of each row, padding included: read, or at most written")
  int width;

  @Label("Tokens")
  @Description("Rows times width")
  long tokens;

  @Label("Adapter")
  @Description("Tells one state of an adapter from others; empty where none changes the model")
  String adapter = "";

  /**
   * What a run is.
   *
   * @param adapter the adapter of all rows, if there is one
   */
  record About(String kind, int rows, int width, @Nullable AdapterSnapshot adapter) {}

  /** Records the run, which is over, where somebody wants to know. */
  void end(About about) {
    end();
    if (shouldCommit()) {
      kind = about.kind;
      rows = about.rows;
      width = about.width;
      tokens = (long) about.rows * about.width;
      AdapterSnapshot snapshot = about.adapter;
      if (snapshot != null && snapshot.changesModel()) {
        adapter = Integer.toHexString(System.identityHashCode(snapshot));
      }
      commit();
    }
  }
}
