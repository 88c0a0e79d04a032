package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.DataType;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.MatrixFormats;
import dev.flowdpo.runtime.checkpoint.QuantizedWeights;
import dev.flowdpo.runtime.graph.FrozenData;
import dev.flowdpo.runtime.graph.Graph;
import dev.flowdpo.runtime.graph.OnnxModel;
import dev.flowdpo.runtime.graph.RotaryTables;
import dev.flowdpo.runtime.graph.Value;
import dev.flowdpo.runtime.internal.OwnFiles;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a model as ONNX Runtime's tensors, one copy for all its sessions. Matrices are
 * handed over as shared initializers, which a session uses where they are; they lie in memory that
 * is mapped from a file, or that was converted once. Vectors and rotary tables are copied, because
 * ONNX Runtime computes with them when it prepares a graph. So are all of them on a graphics card,
 * to which every session takes its own copy, and matrices of 16 bits, which a session of the
 * processor widens.
 *
 * <p>Owns the tensors. They must live as long as the sessions that were given them: a session does
 * not keep them. Not thread-safe.
 */
final class WeightTensors implements AutoCloseable {
  private final OrtEnvironment environment;
  private final Checkpoint checkpoint;
  private final Optional<DataType> half;
  private final boolean shares;
  private final Optional<QuantizedWeights> quantized;
  private final Map<String, RotaryTables.Table> tables = new HashMap<>();
  private final Map<FrozenData, OnnxTensor> tensors = new HashMap<>();

  /**
   * @param formats which matrices are quantised, and how
   * @param half the type of matrices without blocks, where it has 16 bits
   * @param tables the rotary tables that graphs may ask for
   */
  WeightTensors(
      OrtEnvironment environment,
      Checkpoint checkpoint,
      MatrixFormats formats,
      Optional<DataType> half,
      SessionSettings settings,
      List<RotaryTables.Table> tables) {
    this.environment = environment;
    this.checkpoint = checkpoint;
    this.half = half;
    this.shares = half.isEmpty() && settings.cuda().isEmpty();
    tables.forEach(table -> this.tables.put(table.name(), table));
    this.quantized =
        formats.quantize()
            ? Optional.of(QuantizedWeights.open(checkpoint, formats, settings.cache()))
            : Optional.empty();
  }

  /** Gives the options of a session the data of every weight of its graph. */
  void handTo(OrtSession.SessionOptions options, Graph graph) throws OrtException {
    Map<String, OnnxTensorLike> copied = new HashMap<>();
    for (Map.Entry<FrozenData, Value> weight : graph.weights().entrySet()) {
      FrozenData data = weight.getKey();
      OnnxTensor tensor = tensor(data, weight.getValue().shape().sizes());
      if (!shares || data instanceof FrozenData.Whole) {
        copied.put(data.name(), tensor);
      } else {
        options.addInitializer(data.name(), tensor);
      }
    }
    options.addExternalInitializers(copied);
    // ONNX Runtime checks that the file which external weights are said to lie in exists. Shared
    // initializers are never read from it.
    options.addConfigEntry(
        "session.model_external_initializers_file_folder_path",
        OwnFiles.folderWithEmptyFile(OnnxModel.WEIGHTS_LOCATION).toString());
  }

  /** Returns the data of a weight, which stays this object's. */
  OnnxTensor tensor(FrozenData data, long[] shape) throws OrtException {
    OnnxTensor known = tensors.get(data);
    if (known == null) {
      known = create(data, shape);
      tensors.put(data, known);
    }
    return known;
  }

  private OnnxTensor create(FrozenData data, long[] shape) throws OrtException {
    String name = data.tensor();
    if (data instanceof FrozenData.RowPart part) {
      return half.isPresent()
          ? halves(name, half.get(), part.first(), shape)
          : floats(checkpoint.weight(name, part.first(), part.rows()), shape);
    } else if (data instanceof FrozenData.Matrix && half.isPresent()) {
      return halves(name, half.get(), 0, shape);
    } else if (data instanceof FrozenData.OfBlocks part) {
      return ofBlocks(part, shape);
    }
    // The tensor is kept, so the table is not asked for again.
    RotaryTables.Table table = tables.remove(name);
    return floats(table == null ? checkpoint.weight(name) : direct(table.values()), shape);
  }

  private OnnxTensor ofBlocks(FrozenData.OfBlocks data, long[] shape) throws OrtException {
    ImmutableList<String> tensors = data.rows().tensors();
    int size = Math.toIntExact(FloatTensor.elements(shape));
    int first = Math.toIntExact(data.rows().first() * (size / data.rows().count()));
    if (data instanceof FrozenData.Codes) {
      return bytes(quantized().codes(tensors).slice(first, size), shape);
    } else if (data instanceof FrozenData.Zeros) {
      return bytes(quantized().zeros(tensors).slice(first, size), shape);
    } else if (data instanceof FrozenData.Factors) {
      return floats(quantized().factors(tensors).slice(first, size), shape);
    }
    return floats(quantized().offsets(tensors).slice(first, size), shape);
  }

  private QuantizedWeights quantized() {
    return quantized.orElseThrow(
        () -> new IllegalStateException("A graph over quantised weights needs quantised weights"));
  }

  private OnnxTensor bytes(ByteBuffer values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, values, shape, OnnxJavaType.UINT8);
  }

  private OnnxTensor halves(String name, DataType type, long first, long[] shape)
      throws OrtException {
    OnnxJavaType of = type == DataType.F16 ? OnnxJavaType.FLOAT16 : OnnxJavaType.BFLOAT16;
    return OnnxTensor.createTensor(
        environment, checkpoint.halves(name, type, first, shape[0]), shape, of);
  }

  private OnnxTensor floats(FloatBuffer values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, values, shape);
  }

  private static FloatBuffer direct(float[] values) {
    return NativeScratch.direct((long) Float.BYTES * values.length)
        .asFloatBuffer()
        .put(values)
        .flip();
  }

  /** Frees the tensors; the sessions that use them must be closed before. */
  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
    tensors.clear();
    quantized.ifPresent(QuantizedWeights::close);
  }
}
