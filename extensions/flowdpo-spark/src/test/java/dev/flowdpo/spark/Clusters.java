package dev.flowdpo.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark as the tests start it: without pages for people. */
final class Clusters {
  private Clusters() {}

  private static SparkConf conf(String master) {
    return new SparkConf()
        .setMaster(master)
        .setAppName("flowdpo-spark tests")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.driver.host", "127.0.0.1");
  }

  /** Starts two executors of a thread each, in this process. */
  static JavaSparkContext local() {
    return new JavaSparkContext(conf("local[2]"));
  }

  /** Starts executors that are processes of their own, with the classes of this one. */
  static JavaSparkContext processes(Path folder, int executors) throws IOException {
    // Spark looks for its jars there, but they are all on the class path.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME")).resolve("jars"));
    return new JavaSparkContext(
        conf("local-cluster[" + executors + ",1,1024]")
            .set("spark.executor.memory", "1g")
            .set("spark.local.dir", folder.resolve("local-dir").toString())
            .set("spark.executor.extraClassPath", classPath())
            .set("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"));
  }

  /** Returns the class path, also where Surefire hides it behind a jar of its own. */
  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
