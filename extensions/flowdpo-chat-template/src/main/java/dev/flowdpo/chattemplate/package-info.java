/**
 * Renders the chat templates of language models, byte for byte as Hugging Face's Python library
 * does: {@link dev.flowdpo.chattemplate.ChatTemplate} takes a template's source, special tokens and
 * messages, and gives the text that the model was trained to read. It depends on nothing but
 * annotations, and on nothing else of FlowDPO.
 *
 * <p><b>Supported</b> is the part of Jinja2 that chat templates are written in, with Python's
 * values, text forms, operators, string methods, slices and errors, and Hugging Face's settings
 * ({@code trim_blocks} and {@code lstrip_blocks} on, no escaping of HTML): the tags {@code for}
 * with {@code else}, filters and {@code loop}, {@code if}, {@code set} with blocks and namespaces,
 * {@code macro} and {@code call}, {@code filter}, {@code with}, {@code raw}, {@code break}, {@code
 * continue} and {@code generation}; the filters and tests that such templates use, {@code tojson}
 * as Python's {@code json.dumps} among them; the functions {@code range}, {@code dict}, {@code
 * namespace}, {@code joiner}, {@code raise_exception} and {@code strftime_now}.
 *
 * <p><b>Not supported</b>, and refused with a {@link
 * dev.flowdpo.chattemplate.ChatTemplateException} that names the line: other templates ({@code
 * include}, {@code import}, {@code extends}, {@code block}), filters of HTML, random choices, and
 * every way to a file or a Java object.
 *
 * <p><b>Limits.</b> Templates come with models that anybody may publish. One may have 1,048,576
 * characters; one rendering may take 100,000 steps, of which eight characters of text count as one,
 * and more for long chats ({@link dev.flowdpo.chattemplate.ChatTemplate.Builder#maxSteps}), go 100
 * levels of macros and values deep, and read variables of 64 levels and 1,000,000 values. So a
 * hostile template ends with an exception, for a chat of some turns after about ten milliseconds.
 */
@NullMarked
package dev.flowdpo.chattemplate;

import org.jspecify.annotations.NullMarked;
