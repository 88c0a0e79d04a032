package dev.flowdpo.cli.report;

/**
 * A piece of a section: text, a table, a chart or rollout trees. Implementations are immutable and
 * thread-safe.
 */
public sealed interface Block
    permits BarChart,
        Callout,
        Definitions,
        LineChart,
        Paragraph,
        Preformatted,
        Table,
        Trees,
        WinRates {}
