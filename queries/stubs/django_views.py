# of: django.views, django.views.generic, django.views.generic.base, django.views.generic.list, django.views.generic.detail, django.views.generic.edit, django.contrib.auth.mixins, django.contrib.auth.views
# What Django's class-based views do, as far as it decides who may do what with which rows. Only the steps that projects
# override, in the order in which the library takes them.

from django.offers import offers_form_columns
from django.shortcuts import redirect, render


class AccessMixin:
    raise_exception = False

    # Who is signed in is refused; a stranger is sent to sign in by what this gives back, and goes on if nobody returns it.
    def handle_no_permission(self):
        if self.raise_exception or self.request.user.is_authenticated:
            raise PermissionDenied()
        return redirect("/login/")


class LoginRequiredMixin(AccessMixin):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class PermissionRequiredMixin(AccessMixin):
    def has_permission(self):
        return self.request.user.has_perms(self.permission_required)

    def dispatch(self, request, *args, **kwargs):
        if not self.has_permission():
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class UserPassesTestMixin(AccessMixin):
    def dispatch(self, request, *args, **kwargs):
        if not self.test_func():
            return self.handle_no_permission()
        return super().dispatch(request, *args, **kwargs)


class View:
    @classmethod
    def as_view(cls, **initkwargs):
        def view(request, *args, **kwargs):
            self = cls()
            self.request = request
            self.args = args
            self.kwargs = kwargs
            return self.dispatch(request, *args, **kwargs)

        return view

    def dispatch(self, request, *args, **kwargs):
        if request.method == "GET":
            return self.get(request, *args, **kwargs)
        if request.method == "POST":
            return self.post(request, *args, **kwargs)
        if request.method == "PUT":
            return self.put(request, *args, **kwargs)
        if request.method == "PATCH":
            return self.patch(request, *args, **kwargs)
        return self.delete(request, *args, **kwargs)


class TemplateResponseMixin:
    template_name = None

    def render_to_response(self, context, **response_kwargs):
        if self.template_name is None:
            return context
        return render(self.request, self.template_name, context)


class TemplateView(TemplateResponseMixin, View):
    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs):
        return kwargs


class RedirectView(View):
    def get(self, request, *args, **kwargs):
        return None

    def post(self, request, *args, **kwargs):
        return self.get(request, *args, **kwargs)


class FormView(View):
    def get(self, request, *args, **kwargs):
        return None

    def post(self, request, *args, **kwargs):
        return self.form_valid(unknown_form(request))

    def put(self, request, *args, **kwargs):
        return self.post(request, *args, **kwargs)

    def form_valid(self, form):
        return None


class LoginView(FormView):
    pass


class LogoutView(TemplateView):
    def post(self, request, *args, **kwargs):
        return None


class PasswordChangeView(FormView):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request)
        return super().dispatch(request, *args, **kwargs)


class PasswordChangeDoneView(TemplateView):
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request)
        return super().dispatch(request, *args, **kwargs)


class PasswordResetView(FormView):
    pass


class PasswordResetDoneView(TemplateView):
    pass


class PasswordResetConfirmView(FormView):
    pass


class PasswordResetCompleteView(TemplateView):
    pass


class MultipleObjectMixin:
    queryset = None
    model = None

    def get_queryset(self):
        if self.queryset is not None:
            return self.queryset.all()
        return self.model._default_manager.all()

    def get_context_data(self, **kwargs):
        return kwargs


class ListView(MultipleObjectMixin, TemplateResponseMixin, View):
    context_object_name = None

    def get(self, request, *args, **kwargs):
        rows = self.get_queryset()
        context = self.get_context_data(object_list=rows)
        if self.context_object_name is not None:
            context[self.context_object_name] = rows
        return self.render_to_response(context)


class SingleObjectMixin:
    queryset = None
    model = None

    def get_queryset(self):
        if self.queryset is not None:
            return self.queryset.all()
        return self.model._default_manager.all()

    def get_object(self, queryset=None):
        rows = self.get_queryset()
        if "pk" in self.kwargs:
            return rows.get(pk=self.kwargs["pk"])
        return rows.get(slug=self.kwargs["slug"])

    def get_context_data(self, **kwargs):
        return kwargs


class DetailView(SingleObjectMixin, TemplateResponseMixin, View):
    context_object_name = None

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        context = self.get_context_data(object=self.object)
        if self.context_object_name is not None:
            context[self.context_object_name] = self.object
        return self.render_to_response(context)


class CreateView(SingleObjectMixin, View):
    def get(self, request, *args, **kwargs):
        return self.get_context_data()

    def post(self, request, *args, **kwargs):
        return self.form_valid(self.get_form())

    def get_form(self):
        return unknown_form(self.request)

    def form_valid(self, form):
        offers_form_columns(self.form_class.Meta, self)
        return form.save()


class UpdateView(SingleObjectMixin, View):
    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        return self.get_context_data(object=self.object)

    def post(self, request, *args, **kwargs):
        self.object = self.get_object()
        return self.form_valid(self.get_form())

    def get_form(self):
        return unknown_form(self.request)

    def form_valid(self, form):
        offers_form_columns(self.form_class.Meta, self)
        self.object.save()
        return None


class DeleteView(SingleObjectMixin, View):
    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        return self.get_context_data(object=self.object)

    def post(self, request, *args, **kwargs):
        return self.delete(request, *args, **kwargs)

    def delete(self, request, *args, **kwargs):
        self.object = self.get_object()
        self.object.delete()
        return None
