package dev.flowdpo.runtime.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtHardwareDevice;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import com.google.common.collect.ImmutableMap;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.model.CudaOptions;
import dev.flowdpo.runtime.internal.CudaLibraries;
import dev.flowdpo.runtime.internal.NativeLibraries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * ONNX Runtime's CUDA provider, as sessions are told of it. Immutable and thread-safe.
 *
 * @param deviceIndex which card
 * @param options how it is used
 */
public record CudaProvider(int deviceIndex, CudaOptions options) {
  private static final String PLUGIN = "flowdpo-cuda:";
  private static final Set<Path> REGISTERED = new HashSet<>();

  /** Returns why it cannot be used here, or nothing where it can. */
  Optional<CudaLibraries.Missing> missing() {
    NativeLibraries.onnxRuntime();
    CudaLibraries libraries = CudaLibraries.found();
    Optional<CudaLibraries.Missing> missing = libraries.missing(options.library().isPresent());
    if (missing.isPresent()) {
      return missing;
    }
    try (OrtSession.SessionOptions session = new OrtSession.SessionOptions()) {
      addTo(session);
      return Optional.empty();
    } catch (OrtException e) {
      return Optional.of(libraries.explained(String.valueOf(e.getMessage())));
    }
  }

  /** Gives a session the provider, before that of the processor. */
  void addTo(OrtSession.SessionOptions session) throws OrtException {
    if (options.strict()) {
      session.addConfigEntry("session.disable_cpu_ep_fallback", "1");
    }
    if (options.library().isPresent()) {
      OrtEnvironment environment = NativeLibraries.onnxRuntime();
      session.addExecutionProvider(
          List.of(device(environment, options.library().get())), memoryEntries());
      return;
    }
    try (OrtCUDAProviderOptions provider = new OrtCUDAProviderOptions(deviceIndex)) {
      for (Map.Entry<String, String> entry : entries().entrySet()) {
        provider.add(entry.getKey(), entry.getValue());
      }
      session.addCUDA(provider);
    }
  }

  /** Returns what the provider of the class path is told. */
  ImmutableMap<String, String> entries() {
    return ImmutableMap.<String, String>builder()
        .putAll(memoryEntries())
        // Products of 32-bit numbers would be rounded to 10 bits.
        .put("use_tf32", "0")
        .buildOrThrow();
  }

  private ImmutableMap<String, String> memoryEntries() {
    ImmutableMap.Builder<String, String> entries = ImmutableMap.builder();
    options
        .memoryMegabytes()
        .ifPresent(
            megabytes -> entries.put("gpu_mem_limit", Long.toString(1_000_000L * megabytes)));
    String growth =
        switch (options.arenaGrowth()) {
          case DOUBLING -> "kNextPowerOfTwo";
          case AS_REQUESTED -> "kSameAsRequested";
        };
    return entries.put("arena_extend_strategy", growth).buildOrThrow();
  }

  /** Returns the card as a plugin library knows it, which is loaded once a process. */
  private OrtEpDevice device(OrtEnvironment environment, Path library) throws OrtException {
    String name = PLUGIN + library.toAbsolutePath().normalize();
    synchronized (REGISTERED) {
      if (!REGISTERED.contains(library)) {
        if (!Files.isRegularFile(library)) {
          throw new InvalidInputException(
              "execution.cuda.library: expected a plugin library of the CUDA provider, found no file "
                  + library);
        }
        environment.registerExecutionProviderLibrary(
            name, library.toAbsolutePath().normalize().toString());
        REGISTERED.add(library);
      }
    }
    List<OrtEpDevice> cards =
        environment.getEpDevices().stream()
            .filter(
                device ->
                    device.getDevice().getType() == OrtHardwareDevice.OrtHardwareDeviceType.GPU)
            .toList();
    if (deviceIndex >= cards.size()) {
      throw new InvalidInputException(
          "execution.deviceIndex: expected less than the %d cards that %s finds, found %d"
              .formatted(cards.size(), library, deviceIndex));
    }
    return cards.get(deviceIndex);
  }
}
