/**
 * The part of the Jinja2 template language that chat templates are written in, with Python's
 * values, text forms and errors, so that a rendered chat is byte for byte the one that the model
 * saw in training. Templates come with models that anybody may publish: they reach nothing but the
 * values given to them, and the work that they do is bounded.
 */
@NullMarked
package dev.flowdpo.chattemplate;

import org.jspecify.annotations.NullMarked;
