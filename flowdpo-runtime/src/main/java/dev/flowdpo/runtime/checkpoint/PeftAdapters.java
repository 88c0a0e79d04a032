package dev.flowdpo.runtime.checkpoint;

import com.google.common.collect.ImmutableSet;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.internal.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LoRA adapters as PEFT folders: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * <p>A module's matrices have the keys {@code base_model.model.<module>.lora_A.weight}, [rank, in],
 * and {@code ...lora_B.weight}, [out, rank]. Supported is LoRA on linear layers of the decoder,
 * with ranks and alphas by pattern and with rank-stabilised scaling; whatever else a folder asks
 * for is refused by name, never left out. What is read has one rank and one alpha: an adapter with
 * several ranks is filled up with zeros to the largest, and B takes up what its module's scaling
 * differs by, which computes the same.
 *
 * <p>Beside the two files is written {@code SHA256SUMS}, which {@code sha256sum --check} reads too;
 * where a folder has it, both files are checked against it. Stateless and thread-safe.
 */
public final class PeftAdapters {
  /** The file of the adapter's configuration. */
  public static final String CONFIG_FILE = "adapter_config.json";

  /** The file of the adapter's matrices. */
  public static final String WEIGHTS_FILE = "adapter_model.safetensors";

  private static final List<String> FILES = List.of(CONFIG_FILE, WEIGHTS_FILE);

  private static final String PREFIX = "base_model.model.";
  private static final String A_SUFFIX = ".lora_A.weight";
  private static final String B_SUFFIX = ".lora_B.weight";

  /** The list of layers, the index of one, and the name inside it. */
  private static final Pattern MODULE = Pattern.compile("(.*?\\.)(\\d{1,9})\\.(.+)");

  private PeftAdapters() {}

  /**
   * {@return the adapter in the folder}
   *
   * @param folder the adapter folder
   * @param config the model that the adapter is for
   * @throws InvalidInputException if a file is missing or damaged, the adapter uses what is not
   *     supported, or its matrices are not those of the configured modules of this model
   */
  public static AdapterWeights read(Path folder, ModelConfig config) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder
              + ": expected an adapter folder with "
              + CONFIG_FILE
              + " and "
              + WEIGHTS_FILE
              + ", found no such folder");
    }
    FolderSums.check(folder, FILES);
    PeftConfig peft = PeftConfig.read(folder.resolve(CONFIG_FILE));
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS_FILE))) {
      SortedMap<String, LoraMatrices> modules = new TreeMap<>();
      Set<String> keys = new TreeSet<>(file.tensors().keySet());
      for (int layer = 0; layer < config.layers(); layer++) {
        for (LinearLayer linear : LinearLayer.of(config)) {
          String module = linear.module(config, layer);
          if (peft.adapts(module, layer)) {
            modules.put(module, matrices(file, module, peft.rankOf(module), linear, config));
            keys.remove(aKey(module));
            keys.remove(bKey(module));
          }
        }
      }
      if (!keys.isEmpty()) {
        throw new InvalidInputException(
            file.path()
                + ": expected only the matrices of the modules in \"target_modules\" "
                + peft.targets().shown()
                + " of "
                + config.layers()
                + " layers, found also "
                + Names.shown(keys)
                + "; the adapter is for another model or uses what is not supported");
      }
      if (modules.isEmpty()) {
        throw new InvalidInputException(
            "%s: key \"target_modules\": expected modules of the model, found that %s names none"
                .formatted(folder.resolve(CONFIG_FILE), peft.targets().shown()));
      }
      return uniform(peft, modules);
    }
  }

  /** The same adapter with one rank and one alpha. */
  private static AdapterWeights uniform(PeftConfig peft, SortedMap<String, LoraMatrices> modules) {
    int rank = modules.values().stream().mapToInt(LoraMatrices::rank).max().orElse(peft.rank());
    double scaling = modules.isEmpty() ? 1 : peft.scalingOf(modules.firstKey());
    SortedMap<String, LoraMatrices> same = new TreeMap<>();
    modules.forEach(
        (module, lora) ->
            same.put(module, filled(lora, rank, (float) (peft.scalingOf(module) / scaling))));
    boolean plain = scaling == peft.alpha() / rank;
    return new AdapterWeights(rank, plain ? peft.alpha() : scaling * rank, peft.dropout(), same);
  }

  private static LoraMatrices filled(LoraMatrices lora, int rank, float factor) {
    if (lora.rank() == rank && factor == 1) {
      return lora;
    }
    float[] a = Arrays.copyOf(lora.copyOfA(), rank * lora.inputSize());
    float[] from = lora.copyOfB();
    float[] b = new float[lora.outputSize() * rank];
    for (int output = 0; output < lora.outputSize(); output++) {
      for (int i = 0; i < lora.rank(); i++) {
        b[output * rank + i] = factor * from[output * lora.rank() + i];
      }
    }
    return LoraMatrices.of(rank, lora.inputSize(), lora.outputSize(), a, b);
  }

  /**
   * {@return a gradient by the matrices that {@link #read} returned, as the gradient by those that
   * the folder holds: with the ranks and scalings of its patterns; by {@link #aKey} and {@link
   * #bKey}}
   *
   * @param folder the adapter folder
   * @param gradient derivatives by module name, in the shapes of what was read
   * @throws InvalidInputException if the folder's configuration is missing or malformed
   */
  public static SortedMap<String, FloatTensor> ownGradient(
      Path folder, SortedMap<String, LoraMatrices> gradient) {
    PeftConfig peft = PeftConfig.read(folder.resolve(CONFIG_FILE));
    SortedMap<String, FloatTensor> own = new TreeMap<>();
    gradient.forEach(
        (module, by) -> {
          int rank = peft.rankOf(module);
          double factor = peft.scalingOf(module) / peft.scalingOf(gradient.firstKey());
          float[] a = Arrays.copyOf(by.copyOfA(), rank * by.inputSize());
          float[] from = by.copyOfB();
          float[] b = new float[by.outputSize() * rank];
          for (int i = 0; i < b.length; i++) {
            b[i] = (float) (factor * from[i / rank * by.rank() + i % rank]);
          }
          own.put(aKey(module), FloatTensor.of(a, rank, by.inputSize()));
          own.put(bKey(module), FloatTensor.of(b, by.outputSize(), rank));
        });
    return own;
  }

  /**
   * Writes the adapter, creating the folder if needed and replacing the files that it holds, each
   * in one step.
   *
   * @param folder the adapter folder
   * @param adapter the adapter
   * @param baseModelName the name or path of the model, for {@code base_model_name_or_path}
   * @throws IllegalArgumentException if the adapter has no modules
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path folder, AdapterWeights adapter, String baseModelName) {
    if (adapter.modules().isEmpty()) {
      throw new IllegalArgumentException("expected an adapter with modules, found none");
    }
    Map<String, FloatTensor> tensors = new TreeMap<>();
    adapter
        .modules()
        .forEach(
            (module, lora) -> {
              tensors.put(aKey(module), tensor(lora.a(), lora.rank(), lora.inputSize()));
              tensors.put(bKey(module), tensor(lora.b(), lora.outputSize(), lora.rank()));
            });
    Path weightsFile = folder.resolve(WEIGHTS_FILE);
    Path configFile = folder.resolve(CONFIG_FILE);
    try {
      FolderSums.replacing(
          folder,
          FILES,
          () -> {
            SafetensorsWriter.write(weightsFile, tensors, DataType.F32, Map.of("format", "pt"));
            AtomicFiles.write(
                configFile,
                PeftConfigJson.format(adapter, targets(adapter.modules()), baseModelName));
          });
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": the adapter cannot be written", e);
    }
  }

  /**
   * {@return the key of a module's matrix A}
   *
   * @param module the module, such as {@code model.layers.0.self_attn.q_proj}
   */
  public static String aKey(String module) {
    return PREFIX + module + A_SUFFIX;
  }

  /**
   * {@return the key of a module's matrix B}
   *
   * @param module the module, such as {@code model.layers.0.self_attn.q_proj}
   */
  public static String bKey(String module) {
    return PREFIX + module + B_SUFFIX;
  }

  private static LoraMatrices matrices(
      SafetensorsFile file, String module, int rank, LinearLayer linear, ModelConfig config) {
    int inputs = linear.inputSize(config);
    int outputs = linear.outputSize(config);
    return new LoraMatrices(
        rank,
        inputs,
        outputs,
        matrix(file, aKey(module), rank, inputs),
        matrix(file, bKey(module), outputs, rank));
  }

  private static FloatBuffer matrix(SafetensorsFile file, String key, long rows, long columns) {
    long[] expected = {rows, columns};
    long[] found = file.tensor(key).shape();
    if (!Arrays.equals(expected, found)) {
      throw new InvalidInputException(
          file.path()
              + ": tensor \""
              + key
              + "\": expected shape "
              + Arrays.toString(expected)
              + " from "
              + CONFIG_FILE
              + " and the model, found "
              + Arrays.toString(found)
              + "; the adapter is for another model");
    }
    FloatBuffer values = file.floats(key);
    for (int i = values.position(); i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new InvalidInputException(
            "%s: tensor \"%s\": expected finite numbers, found %s at element %d; the training that wrote it has diverged"
                .formatted(file.path(), key, values.get(i), i - values.position()));
      }
    }
    return values;
  }

  private static FloatTensor tensor(FloatBuffer values, long rows, long columns) {
    return new FloatTensor(new long[] {rows, columns}, values);
  }

  /** Short names where they select these modules in every layer, else the full names. */
  private static ImmutableSet<String> targets(SortedMap<String, LoraMatrices> modules) {
    Set<String> stacks = new TreeSet<>();
    SortedSet<Integer> layers = new TreeSet<>();
    Set<String> paths = new TreeSet<>();
    for (String module : modules.keySet()) {
      Matcher name = MODULE.matcher(module);
      if (!name.matches()) {
        return ImmutableSet.copyOf(modules.keySet());
      }
      stacks.add(name.group(1));
      layers.add(Integer.valueOf(name.group(2)));
      paths.add(name.group(3));
    }
    boolean everywhere =
        stacks.size() == 1
            && layers.size() * paths.size() == modules.size()
            && layers.last() == layers.size() - 1;
    return everywhere
        ? ImmutableSet.copyOf(paths.stream().map(p -> p.substring(p.lastIndexOf('.') + 1)).toList())
        : ImmutableSet.copyOf(modules.keySet());
  }
}
