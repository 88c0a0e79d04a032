package dev.flowdpo.cli.options;

import dev.flowdpo.error.FlowException;
import dev.flowdpo.runtime.inference.SessionSettings;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine;

/**
 * What {@code --version} prints: the version of FlowDPO, and those of the native libraries that
 * compute for it. Stateless and thread-safe.
 */
public final class Versions implements CommandLine.IVersionProvider {
  /** Picocli creates the provider. */
  public Versions() {}

  @Override
  public String[] getVersion() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return new String[] {
      "flowdpo " + (version == null ? "(built from source)" : version),
      "ONNX Runtime " + onnxRuntime(),
      "ND4J " + artifact("org.nd4j", "nd4j-native"),
      "OpenBLAS " + artifact("org.bytedeco", "openblas"),
      "tokenizers " + property("/native/lib/tokenizers.properties"),
      "Java %s, %s %s"
          .formatted(
              System.getProperty("java.version"),
              System.getProperty("os.name"),
              System.getProperty("os.arch"))
    };
  }

  /** Asks the library itself, so that a platform without one is told here too. */
  private static String onnxRuntime() {
    try {
      return SessionSettings.onnxRuntimeVersion();
    } catch (FlowException e) {
      return "cannot be loaded here: " + e.getMessage();
    }
  }

  private static String artifact(String group, String name) {
    return property("/META-INF/maven/" + group + "/" + name + "/pom.properties");
  }

  private static String property(String resource) {
    try (InputStream in = Versions.class.getResourceAsStream(resource)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "of an unknown version");
    } catch (IOException e) {
      return "of an unknown version";
    }
  }
}
