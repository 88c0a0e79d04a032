package dev.flowdpo.runtime.internal;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this process has for a graphics card of NVIDIA: artifacts of ONNX Runtime on the class path,
 * and a driver. ONNX Runtime's own errors name a library where they should name the artifact, and
 * the CUDA that it is built for. Immutable and thread-safe.
 *
 * @param classes the jars or folders with the Java classes of ONNX Runtime: one, unless somebody
 *     left two
 * @param providers those with a CUDA provider
 * @param driver whether there is a driver of NVIDIA
 */
public record CudaLibraries(List<String> classes, List<Provider> providers, boolean driver) {
  private static final String CLASS = "ai/onnxruntime/OrtEnvironment.class";
  private static final String ADVICE =
      "put com.microsoft.onnxruntime:onnxruntime_gpu:1.28.0 (CUDA 12) in place of"
          + " com.microsoft.onnxruntime:onnxruntime, or add"
          + " org.bytedeco:onnxruntime:1.28.0-1.5.14 with the classifier linux-x86_64-gpu (CUDA 13) and"
          + " none of its dependencies; docs/cuda.md has both";

  /** Files that a driver of NVIDIA makes: of Linux, of Linux under Windows, of Windows. */
  private static final List<Path> DRIVER =
      List.of(
          Path.of("/proc/driver/nvidia/version"),
          Path.of("/dev/nvidiactl"),
          Path.of("/dev/dxg"),
          Path.of("C:\\Windows\\System32\\nvcuda.dll"));

  private static final Pattern LIBRARY =
      Pattern.compile("(lib[\\w]+\\.so(?:\\.\\d+)?): cannot open shared object file");

  /** Copies the lists. */
  public CudaLibraries {
    classes = ImmutableList.copyOf(classes);
    providers = ImmutableList.copyOf(providers);
  }

  /**
   * A CUDA provider on the class path.
   *
   * @param artifact where it comes from
   * @param cuda the major version of the CUDA that it is built for
   * @param jar the jar or folder that it lies in
   */
  public record Provider(String artifact, int cuda, String jar) {}

  /** {@return what there is here} */
  public static CudaLibraries found() {
    List<Provider> providers = new ArrayList<>();
    for (String folder : List.of("linux-x64/lib", "win-x64/")) {
      String end = folder.startsWith("win") ? ".dll" : ".so";
      for (String jar :
          jars("ai/onnxruntime/native/" + folder + "onnxruntime_providers_cuda" + end)) {
        providers.add(new Provider("com.microsoft.onnxruntime:onnxruntime_gpu", 12, jar));
      }
    }
    for (String jar : jars(NativePlatform.CUDA_13 + "libonnxruntime_providers_cuda.so")) {
      providers.add(new Provider("org.bytedeco:onnxruntime, linux-x86_64-gpu", 13, jar));
    }
    return new CudaLibraries(
        jars(CLASS),
        providers.stream().distinct().toList(),
        DRIVER.stream().anyMatch(Files::exists));
  }

  /** Returns the jars or folders of the class path that have a file. */
  private static List<String> jars(String resource) {
    Set<String> jars = new LinkedHashSet<>();
    try {
      for (URL url : Collections.list(classLoader().getResources(resource))) {
        String place = url.toString().replace(resource, "").replaceFirst("[!/]+$", "");
        jars.add(place.substring(place.lastIndexOf('/') + 1));
      }
    } catch (IOException e) {
      throw new IllegalStateException("The class path cannot be read for " + resource, e);
    }
    return List.copyOf(jars);
  }

  private static ClassLoader classLoader() {
    ClassLoader own = CudaLibraries.class.getClassLoader();
    return own == null ? ClassLoader.getSystemClassLoader() : own;
  }

  /**
   * Why a graphics card cannot be used.
   *
   * @param found what was expected, and what found
   * @param advice what to do
   */
  public record Missing(String found, String advice) {
    @Override
    public String toString() {
      return found + "; " + advice;
    }
  }

  /**
   * {@return what keeps a graphics card from being used, as far as it can be told before a library
   * is loaded}
   *
   * @param plugin whether the provider comes from a library of the user's
   */
  public Optional<Missing> missing(boolean plugin) {
    if (classes.size() > 1) {
      return missing(
          "expected one artifact of ONNX Runtime on the class path, found "
              + String.join(" and ", classes),
          "any of them may be loaded: exclude all but one");
    }
    if (!plugin && providers.size() > 1) {
      return missing(
          "expected one CUDA provider on the class path, found "
              + String.join(
                  " and ",
                  providers.stream()
                      .map(p -> "%s (CUDA %d, %s)".formatted(p.artifact, p.cuda, p.jar))
                      .toList()),
          "leave the one of the CUDA that is installed");
    }
    if (!plugin && providers.isEmpty()) {
      return missing(
          "expected a CUDA provider of ONNX Runtime on the class path, found none (%s)"
              .formatted(String.join(", ", classes)),
          ADVICE);
    }
    return driver
        ? Optional.empty()
        : missing(
            "expected a driver of NVIDIA on this machine, found none" + built(),
            "install it, or start a container with the card (--gpus all)");
  }

  private static Optional<Missing> missing(String found, String advice) {
    return Optional.of(new Missing(found, advice));
  }

  /** {@return what an error of ONNX Runtime means that it gave when the provider was loaded} */
  public Missing explained(String error) {
    Matcher library = LIBRARY.matcher(error);
    if (library.find()) {
      String name = library.group(1);
      String major = providers.isEmpty() ? "" : " " + providers.get(0).cuda;
      return name.startsWith("libcuda.so")
          ? new Missing(
              "expected a driver of NVIDIA on this machine, found no " + name, "install it")
          : new Missing(
              "expected the libraries of CUDA%s and cuDNN 9 where the system looks for libraries, found no %s%s"
                  .formatted(major, name, built()),
              "install them, or name their folder in LD_LIBRARY_PATH; " + other());
    }
    if (error.contains("CUDA failure 35") || error.contains("CUDA failure 803")) {
      return new Missing(
          "expected a driver of NVIDIA that is new enough, found an older one%s: %s"
              .formatted(built(), error.strip()),
          "update it; " + other());
    }
    if (error.contains("CUDA failure 100") || error.contains("CUDA failure 101")) {
      return new Missing(
          "expected a graphics card of that number, found none: " + error.strip(),
          "nvidia-smi -L lists them");
    }
    return new Missing(
        "expected ONNX Runtime's CUDA provider to start, found: " + error.strip(),
        "docs/cuda.md says what it needs");
  }

  private String built() {
    return providers.isEmpty()
        ? ""
        : " (%s is built for CUDA %d)".formatted(providers.get(0).artifact, providers.get(0).cuda);
  }

  private String other() {
    int other = providers.isEmpty() || providers.get(0).cuda == 12 ? 13 : 12;
    return "there is an artifact for CUDA %d, too, in docs/cuda.md".formatted(other);
  }
}
