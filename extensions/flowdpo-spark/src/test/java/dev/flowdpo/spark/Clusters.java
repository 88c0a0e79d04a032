package dev.flowdpo.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark as the tests start it: no pages, no ports beside those it needs. */
final class Clusters {
  private Clusters() {}

  static SparkConf conf(String master) {
    return new SparkConf()
        .setMaster(master)
        .setAppName("flowdpo-spark tests")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.driver.host", "127.0.0.1");
  }

  static JavaSparkContext local() {
    return new JavaSparkContext(conf("local[2]"));
  }
}
