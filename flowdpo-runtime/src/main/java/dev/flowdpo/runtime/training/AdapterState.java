package dev.flowdpo.runtime.training;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.FloatTensor;
import dev.flowdpo.runtime.checkpoint.SafetensorsFile;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a checkpoint keeps of an adapter that learns: its parameters and its optimizer, as tensors
 * of a safetensors file. Immutable as far as nobody writes to its arrays.
 *
 * @param parameters the adapter
 * @param optimizer the optimizer's steps and moments
 */
public record AdapterState(float[] parameters, AdamW.State optimizer) {

  /** Returns the tensors to write; the number of steps is not among them. */
  public Map<String, FloatTensor> tensors() {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    tensors.put("parameters", vector(parameters));
    tensors.put("first_moment", vector(optimizer.firstMoment()));
    tensors.put("second_moment", vector(optimizer.secondMoment()));
    return tensors;
  }

  /**
   * Reads the tensors back.
   *
   * @param steps the number of steps that the optimizer had taken
   * @param size the number of parameters
   * @throws InvalidInputException if one is missing or of another size
   */
  public static AdapterState read(SafetensorsFile tensors, long steps, int size) {
    return new AdapterState(
        floats(tensors, "parameters", size),
        new AdamW.State(
            steps, floats(tensors, "first_moment", size), floats(tensors, "second_moment", size)));
  }

  static FloatTensor vector(float[] values) {
    return FloatTensor.of(values, values.length);
  }

  static float[] floats(SafetensorsFile tensors, String name, int size) {
    FloatBuffer buffer = tensors.floats(name);
    if (buffer.remaining() != size) {
      throw new InvalidInputException(
          "%s: %s: expected %d numbers for this model and rank, found %d"
              .formatted(tensors.path(), name, size, buffer.remaining()));
    }
    float[] values = new float[size];
    buffer.get(values);
    return values;
  }
}
