package dev.flowdpo.runtime.internal;

import dev.flowdpo.error.FlowException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The operating system and processor that native libraries must be built for, and whether they are
 * on the class path. Asked before any of them is loaded, since their own errors name a file where
 * they should name the artifact that is missing. Immutable and thread-safe.
 */
public final class NativePlatform {
  /** The folder of bytedeco's libraries of ONNX Runtime for CUDA 13. */
  static final String CUDA_13 = "org/bytedeco/onnxruntime/linux-x86_64-gpu/";

  private static final NativePlatform CURRENT =
      of(
          System.getProperty("os.name", ""),
          System.getProperty("os.arch", ""),
          isMusl(),
          resource -> NativePlatform.class.getResource("/" + resource) != null);

  /** Platforms that can be used, with the libraries that solving loads and those of learning. */
  private static final Map<String, Libraries> SUPPORTED =
      Map.of(
          "linux-x86_64", new Libraries("linux-x64", "linux-x86_64", "lib%s.so"),
          "linux-arm64", new Libraries("linux-aarch64", "linux-aarch64", "lib%s.so"),
          "macosx-arm64", new Libraries("osx-aarch64", "osx-aarch64", "lib%s.dylib"),
          "windows-x86_64", new Libraries("win-x64", "win-x86_64", "%s.dll"));

  private static final List<String> NAMES = SUPPORTED.keySet().stream().sorted().toList();

  private final String name;
  private final boolean musl;
  private final Predicate<String> classPath;

  private NativePlatform(String name, boolean musl, Predicate<String> classPath) {
    this.name = name;
    this.musl = musl;
    this.classPath = classPath;
  }

  /** {@return the platform that this program runs on} */
  public static NativePlatform current() {
    return CURRENT;
  }

  /**
   * Returns a platform.
   *
   * @param osName as {@code os.name} tells it
   * @param architecture as {@code os.arch} tells it
   * @param musl whether the C library is musl, on which nothing here that is native runs
   * @param classPath whether there is a resource of that name, without a leading slash
   */
  static NativePlatform of(
      String osName, String architecture, boolean musl, Predicate<String> classPath) {
    return new NativePlatform(system(osName) + "-" + processor(architecture), musl, classPath);
  }

  /** {@return the system and processor as the artifacts name them, {@code linux-x86_64} for one} */
  public String name() {
    return name;
  }

  /**
   * Checks that a model can be loaded and solve.
   *
   * @throws FlowException if there is no native library of ONNX Runtime or of the tokenizers here
   */
  public void requireSolving() {
    Libraries libraries = libraries();
    require(
        "ai/onnxruntime/native/%s/%s"
            .formatted(libraries.onnxRuntime, libraries.file("onnxruntime4j_jni")),
        "ONNX Runtime",
        "Depend on com.microsoft.onnxruntime:onnxruntime as dev.flowdpo:flowdpo-runtime does, and"
            + " leave nothing out of its jar for this platform.");
    require(
        "native/lib/%s/cpu/%s".formatted(libraries.tokenizers, libraries.file("tokenizers")),
        "the tokenizers",
        "Depend on ai.djl.huggingface:tokenizers as dev.flowdpo:flowdpo-runtime does, and leave"
            + " nothing out of its jar for this platform.");
  }

  /**
   * Checks that adapters can learn.
   *
   * @throws FlowException if the native libraries of ND4J, OpenBLAS or JavaCPP are missing
   */
  public void requireLearning() {
    Libraries libraries = libraries();
    String advice =
        "Add the dependency dev.flowdpo:flowdpo-natives-%s, of type pom.".formatted(name);
    require(
        "org/bytedeco/javacpp/%s/%s".formatted(name, libraries.file("jnijavacpp")),
        "JavaCPP",
        advice);
    require(
        "org/bytedeco/openblas/%s/%s".formatted(name, libraries.file("jniopenblas_nolapack")),
        "OpenBLAS",
        advice);
    require(
        "org/nd4j/linalg/cpu/nativecpu/bindings/%s/%s"
            .formatted(name, libraries.file("jnind4jcpu")),
        "ND4J",
        advice);
  }

  /**
   * Returns the files of ONNX Runtime on the class path, by name, with its CUDA provider where
   * there is one. Where the libraries for CUDA 13 are there, they take the place of the others; the
   * Java classes, and the library between the two, are those of the same version for the processor.
   */
  Map<String, URL> onnxRuntimeFiles() {
    Libraries libraries = libraries();
    String shared = libraries.file("onnxruntime_providers_shared");
    String cuda = libraries.file("onnxruntime_providers_cuda");
    Map<String, URL> files =
        resources(
            "ai/onnxruntime/native/" + libraries.onnxRuntime + "/",
            libraries.file("onnxruntime"),
            libraries.file("onnxruntime4j_jni"),
            shared,
            cuda);
    URL newer = NativePlatform.class.getResource("/" + CUDA_13 + "libonnxruntime.so.1");
    if (newer != null && name.equals("linux-x86_64") && !files.containsKey(cuda)) {
      files.put(libraries.file("onnxruntime"), newer);
      files.putAll(resources(CUDA_13, shared, cuda));
    }
    return files;
  }

  /** Returns the files of the tokenizers on the class path, by name. */
  Map<String, URL> tokenizersFiles() {
    Libraries libraries = libraries();
    return resources(
        "native/lib/" + libraries.tokenizers + "/cpu/",
        libraries.file("tokenizers"),
        "libwinpthread-1.dll",
        "libgcc_s_seh-1.dll",
        "libstdc++-6.dll");
  }

  /** Of these files, those that this platform has. */
  private static Map<String, URL> resources(String folder, String... names) {
    Map<String, URL> files = new LinkedHashMap<>();
    for (String name : names) {
      URL resource = NativePlatform.class.getResource("/" + folder + name);
      if (resource != null) {
        files.put(name, resource);
      }
    }
    return files;
  }

  private Libraries libraries() {
    if (musl) {
      throw new FlowException(
          "Platform %s with musl: expected a C library that ONNX Runtime, the tokenizers and ND4J are"
                  .formatted(name)
              + " built for, glibc, found musl. Use an image or a system with glibc 2.34 or later.");
    }
    Libraries libraries = SUPPORTED.get(name);
    if (libraries == null) {
      throw new FlowException(
          "Platform %s: expected one that ONNX Runtime, the tokenizers and ND4J are built for, %s."
                  .formatted(name, String.join(", ", NAMES))
              + " Run on one of these; flowdpo-api and flowdpo-verifiers alone run anywhere.");
    }
    return libraries;
  }

  private void require(String resource, String library, String advice) {
    if (!classPath.test(resource)) {
      throw new FlowException(
          "Platform %s: expected the native library of %s on the class path, found no %s. %s"
              .formatted(name, library, resource, advice));
    }
  }

  private static String system(String osName) {
    String lower = osName.toLowerCase(Locale.ROOT);
    if (lower.startsWith("mac")) {
      return "macosx";
    }
    return lower.startsWith("windows") ? "windows" : lower.replace(' ', '-');
  }

  private static String processor(String architecture) {
    return switch (architecture.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64", "x64" -> "x86_64";
      case "aarch64", "arm64" -> "arm64";
      default -> architecture.toLowerCase(Locale.ROOT);
    };
  }

  /** Whether the loader that this process was started by is musl's, as in Alpine Linux. */
  private static boolean isMusl() {
    Path maps = Path.of("/proc/self/maps");
    try {
      return Files.isReadable(maps)
          && Files.readAllLines(maps).stream().anyMatch(line -> line.contains("/ld-musl-"));
    } catch (IOException e) {
      // Where that can't be read there is a system other than Linux, or one that hides it.
      return false;
    }
  }

  /** How the three projects name a platform and its files. */
  private record Libraries(String onnxRuntime, String tokenizers, String pattern) {
    String file(String library) {
      return pattern.formatted(library);
    }
  }
}
