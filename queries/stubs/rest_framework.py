# of: rest_framework.views, rest_framework.generics, rest_framework.mixins, rest_framework.viewsets, rest_framework.serializers, rest_framework.permissions
# What the views of Django REST framework do, as far as it decides who may do what with which rows. Only the steps that
# projects override, in the order in which the library takes them.

from django.conf import settings
from rest_framework.settings import perform_import
from rest_framework.offers import offers_every_column

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class APIView:
    # A project's settings may name others.
    permission_classes = perform_import(settings.REST_FRAMEWORK, "DEFAULT_PERMISSION_CLASSES", ["rest_framework.permissions.AllowAny"])

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
        self.initial(request, *args, **kwargs)
        if request.method == "GET":
            return self.get(request, *args, **kwargs)
        if request.method == "POST":
            return self.post(request, *args, **kwargs)
        if request.method == "PUT":
            return self.put(request, *args, **kwargs)
        if request.method == "PATCH":
            return self.patch(request, *args, **kwargs)
        return self.delete(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        self.check_permissions(request)

    def get_permissions(self):
        return [permission() for permission in self.permission_classes]

    def check_permissions(self, request):
        for permission in self.get_permissions():
            if not permission.has_permission(request, self):
                raise PermissionDenied()

    def check_object_permissions(self, request, row):
        for permission in self.get_permissions():
            if not permission.has_object_permission(request, self, row):
                raise PermissionDenied()


# A view that is a function becomes one method of such a class.
def view_of_function(view, permissions):
    def answer(request, *args, **kwargs):
        self = APIView()
        self.request = request
        self.args = args
        self.kwargs = kwargs
        self.permission_classes = permissions
        self.check_permissions(request)
        return view(request, *args, **kwargs)

    return answer


class GenericAPIView(APIView):
    queryset = None
    serializer_class = None

    def get_queryset(self):
        return self.queryset.all()

    def filter_queryset(self, queryset):
        return queryset

    def get_object(self):
        row = self.filter_queryset(self.get_queryset()).get(pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, row)
        return row

    def get_serializer_class(self):
        return self.serializer_class

    def get_serializer(self, *args, **kwargs):
        return self.get_serializer_class()(*args, **kwargs)


class ListModelMixin:
    def list(self, request, *args, **kwargs):
        return [row for row in self.filter_queryset(self.get_queryset())]


class RetrieveModelMixin:
    def retrieve(self, request, *args, **kwargs):
        return self.get_object()


class CreateModelMixin:
    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        self.perform_create(serializer)
        return None

    def perform_create(self, serializer):
        serializer.save()


class UpdateModelMixin:
    def update(self, request, *args, **kwargs):
        serializer = self.get_serializer(self.get_object(), data=request.data)
        serializer.updates = True
        self.perform_update(serializer)
        return None

    def partial_update(self, request, *args, **kwargs):
        return self.update(request, *args, **kwargs)

    def perform_update(self, serializer):
        serializer.save()


class DestroyModelMixin:
    def destroy(self, request, *args, **kwargs):
        self.perform_destroy(self.get_object())
        return None

    def perform_destroy(self, row):
        row.delete()


class ViewSetMixin:
    @classmethod
    def as_action(cls, action, permissions):
        def view(request, *args, **kwargs):
            self = cls()
            self.request = request
            self.args = args
            self.kwargs = kwargs
            self.action = action
            if permissions is not None:
                self.permission_classes = permissions
            self.initial(request, *args, **kwargs)
            answer = getattr(self, action)
            return answer(request, *args, **kwargs)

        return view

    # What a view set answers is what it is told: `as_view({"get": "list", "post": "create"})`.
    @classmethod
    def as_view(cls, actions=None, **initkwargs):
        def view(request, *args, **kwargs):
            self = cls()
            self.request = request
            self.args = args
            self.kwargs = kwargs
            if request.method == "GET":
                return self.act(actions.get("get"), request, args, kwargs)
            if request.method == "POST":
                return self.act(actions.get("post"), request, args, kwargs)
            if request.method == "PUT":
                return self.act(actions.get("put"), request, args, kwargs)
            if request.method == "PATCH":
                return self.act(actions.get("patch"), request, args, kwargs)
            return self.act(actions.get("delete"), request, args, kwargs)

        return view

    def act(self, action, request, args, kwargs):
        self.action = action
        self.initial(request, *args, **kwargs)
        answer = getattr(self, action)
        return answer(request, *args, **kwargs)


class ViewSet(ViewSetMixin, APIView):
    pass


class GenericViewSet(ViewSetMixin, GenericAPIView):
    pass


class ReadOnlyModelViewSet(RetrieveModelMixin, ListModelMixin, GenericViewSet):
    pass


class ModelViewSet(CreateModelMixin, RetrieveModelMixin, UpdateModelMixin, DestroyModelMixin, ListModelMixin, GenericViewSet):
    pass


class CreateAPIView(CreateModelMixin, GenericAPIView):
    def post(self, request, *args, **kwargs):
        return self.create(request, *args, **kwargs)


class ListAPIView(ListModelMixin, GenericAPIView):
    def get(self, request, *args, **kwargs):
        return self.list(request, *args, **kwargs)


class RetrieveAPIView(RetrieveModelMixin, GenericAPIView):
    def get(self, request, *args, **kwargs):
        return self.retrieve(request, *args, **kwargs)


class DestroyAPIView(DestroyModelMixin, GenericAPIView):
    def delete(self, request, *args, **kwargs):
        return self.destroy(request, *args, **kwargs)


class UpdateAPIView(UpdateModelMixin, GenericAPIView):
    def put(self, request, *args, **kwargs):
        return self.update(request, *args, **kwargs)

    def patch(self, request, *args, **kwargs):
        return self.partial_update(request, *args, **kwargs)


class ListCreateAPIView(ListAPIView, CreateAPIView):
    pass


class RetrieveUpdateAPIView(RetrieveAPIView, UpdateAPIView):
    pass


class RetrieveDestroyAPIView(RetrieveAPIView, DestroyAPIView):
    pass


class RetrieveUpdateDestroyAPIView(RetrieveAPIView, UpdateAPIView, DestroyAPIView):
    pass


class ModelSerializer:
    def __init__(self, instance=None, data=None, **kwargs):
        self.instance = instance
        self.updates = False
        self.validated_data = data

    def save(self, **kwargs):
        offers_every_column(self.Meta, self.Meta.read_only_fields, self, **kwargs)
        if self.updates:
            return self.instance.save()
        return self.Meta.model.objects.create(**self.validated_data, **kwargs)


class BasePermission:
    def has_permission(self, request, view):
        return True

    def has_object_permission(self, request, view, row):
        return True
