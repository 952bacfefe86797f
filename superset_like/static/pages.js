"use strict";
// FAB's lists and forms say less than somebody who does not see them needs to know.
$(function () {
  $(".action_check_all").attr("aria-label", "Select all rows");
  $(".action_check").each(function () {
    $(this).attr("aria-label", "Select row " + this.value);
  });
  $("a.confirm, [id^='btn-action-']").attr("role", "button");
  $("#filter_form .remove-filter").attr("aria-label", "Remove this filter");
  $("th .fa-arrows-v, th .fa-chevron-up, th .fa-chevron-down").attr("aria-hidden", "true");
});
$("#model_form [placeholder]").removeAttr("placeholder");
$("option[value='__None']").text("(none)");
$(".my_select2").each(function () {
  $(this).attr("data-placeholder", this.multiple ? "Choose any" : "Choose one");
});
