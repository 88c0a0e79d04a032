package dev.flowdpo.examples.report;

/** Lays out a report as a page. Stateless. */
final class ReportPage {
  private ReportPage() {}

  static String of(Report report) {
    return report.title();
  }
}
