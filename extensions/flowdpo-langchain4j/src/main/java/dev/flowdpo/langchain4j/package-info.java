/**
 * Flows as LangChain4j's chat models, and LangChain4j's chat models as policies and judges of
 * flows.
 */
@NullMarked
package dev.flowdpo.langchain4j;

import org.jspecify.annotations.NullMarked;
