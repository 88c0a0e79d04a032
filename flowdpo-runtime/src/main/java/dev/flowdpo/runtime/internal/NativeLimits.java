package dev.flowdpo.runtime.internal;

/**
 * JavaCPP, through which ND4J allocates, refuses memory once the whole process takes more than it
 * works out from {@code -Xmx}. Here most of that belongs to ONNX Runtime and to mapped weights, of
 * which the Java heap says nothing, so the limit would end training on any large model. Stateless
 * and thread-safe.
 */
public final class NativeLimits {
  /** JavaCPP's property; 0 sets no limit. */
  public static final String PROPERTY = "org.bytedeco.javacpp.maxPhysicalBytes";

  private NativeLimits() {}

  /** Lifts the limit, unless the application has set one. Call it before ND4J is first used. */
  public static synchronized void lift() {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, "0");
    }
  }
}
